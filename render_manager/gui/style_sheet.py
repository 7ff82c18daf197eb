"""What palettes can't say: shapes and spaces of the widgets. ``theme.py`` fills in the colours."""

STYLE = """
QToolBar {{ border: 0; border-bottom: 1px solid {line}; padding: 3px 6px; spacing: 2px; background: {window}; }}
QToolBar QToolButton {{ padding: 4px 7px; border-radius: 5px; border: 1px solid transparent; }}
QToolBar QToolButton:hover:enabled {{ background: {hover}; }}
QToolBar QToolButton:pressed:enabled {{ background: {line}; }}
QToolBar QToolButton:focus {{ border-color: {accent}; }}
QToolBar QToolButton[popupMode="2"] {{ padding-right: 19px; }}
QToolBar QToolButton::menu-indicator {{ subcontrol-position: right center; right: 6px; width: 9px; }}
QToolBar::separator {{ width: 1px; margin: 5px 5px; background: {line}; }}
QToolButton[flat="true"] {{ border: 1px solid transparent; border-radius: 4px; padding: 3px; }}
QToolButton[flat="true"]:hover:enabled, QToolButton[flat="true"]:checked {{ background: {hover}; }}
QToolButton[flat="true"]:focus {{ border-color: {accent}; }}
QToolButton#preset_menu::menu-indicator {{ image: none; }}
QMenuBar {{ background: {window}; padding: 1px 4px; }}
QMenuBar::item {{ padding: 4px 9px; border-radius: 4px; background: transparent; }}
QMenuBar::item:selected {{ background: {hover}; }}
QMenu {{ background: {base}; border: 1px solid {line}; padding: 4px; }}
QMenu::item {{ padding: 5px 28px 5px 8px; border-radius: 4px; }}
QMenu::item:selected {{ background: {selected}; }}
QMenu::item:disabled {{ color: {off}; }}
QMenu::icon {{ padding-left: 6px; }}
QMenu::icon:checked {{ background: {selected}; border: 1px solid {accent}; border-radius: 4px; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 4px 6px; }}
QTableView, QAbstractScrollArea#frame_grid, QScrollArea#details, QAbstractScrollArea#log, QListView[role="history"] {{
    border: 0; border-top: 2px solid transparent; border-radius: 0; }}
QTableView:focus, QAbstractScrollArea#frame_grid:focus, QScrollArea#details:focus, QAbstractScrollArea#log:focus,
    QListView[role="history"]:focus {{ border-color: {accent}; }}
QTableView {{ background: {base}; gridline-color: transparent; outline: 0; font-size: {table_points}pt;
    selection-background-color: {selected}; selection-color: {text}; }}
QTableView::item {{ padding: 0 {cell_padding}px; border: 0; }}
QTableView::item:hover {{ background: {row}; }}
QTableView::item:selected {{ background: {selected}; color: {text}; }}
QTableView[role="framed"] {{ border: 1px solid {line}; border-radius: 5px; }}
QTableView[role="framed"]:focus {{ border-color: {accent}; }}
QTableView QLineEdit[cell="true"], QTableView QComboBox[cell="true"], QTableView QSpinBox[cell="true"] {{
    border-radius: 0; border-color: {accent}; padding: 1px 4px; }}
QHeaderView {{ background: {window}; }}
QHeaderView::section {{ background: {window}; color: {muted}; border: 0; border-bottom: 1px solid {line};
    padding: {header_padding}px 8px; font-size: {table_points}pt; }}
QHeaderView::section:hover {{ color: {text}; }}
QHeaderView::up-arrow, QHeaderView::down-arrow {{ subcontrol-position: top center; width: 9px; height: 6px; }}
QSplitter::handle {{ background: {line}; }}
QSplitter::handle:hover {{ background: {accent}; }}
QPlainTextEdit, QListWidget {{ border: 1px solid {line}; border-radius: 5px; background: {base};
    selection-background-color: {highlight}; selection-color: #ffffff; }}
QPlainTextEdit:focus, QListWidget:focus {{ border-color: {accent}; }}
QLineEdit {{ border: 1px solid {line}; border-radius: 5px; padding: 4px 7px; background: {base};
    selection-background-color: {highlight}; selection-color: #ffffff; }}
QLineEdit:focus {{ border-color: {accent}; }}
QLineEdit[wrong="true"], QPlainTextEdit[wrong="true"] {{ border-color: {error}; }}
QComboBox, QSpinBox {{ border: 1px solid {line}; border-radius: 5px; padding: 4px 7px; background: {base}; }}
QComboBox:focus, QSpinBox:focus {{ border-color: {accent}; }}
QSpinBox[role="cell"] {{ padding: 0; border: 1px solid {accent}; border-radius: 3px; }}
QComboBox:disabled, QSpinBox:disabled, QLineEdit:disabled {{ color: {off}; background: {window}; }}
QComboBox::drop-down {{ border: 0; width: 22px; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QComboBox::down-arrow, QSpinBox::down-arrow {{ image: url({folder}/chevron-down-{name}.svg); }}
QSpinBox::up-arrow {{ image: url({folder}/chevron-up-{name}.svg); }}
QComboBox::down-arrow, QSpinBox::down-arrow, QSpinBox::up-arrow {{ width: 12px; height: 12px; }}
QComboBox QAbstractItemView {{ border: 1px solid {line}; background: {base}; selection-background-color: {selected};
    selection-color: {text}; }}
QSpinBox::up-button, QSpinBox::down-button {{ border: 0; width: 18px; background: transparent; }}
QTreeWidget {{ border: 1px solid {line}; border-radius: 5px; outline: 0; }}
QTreeWidget:focus {{ border-color: {accent}; }}
QTreeWidget::item, QListWidget::item {{ padding: 4px 4px; }}
QTreeWidget::item:selected, QListWidget::item:selected {{ background: {selected}; color: {text}; }}
QListWidget {{ outline: 0; }}
QCheckBox::indicator, QTreeWidget::indicator, QListWidget::indicator {{ width: 13px; height: 13px;
    border: 1px solid {muted}; border-radius: 3px; background: {base}; }}
QCheckBox::indicator:checked, QTreeWidget::indicator:checked, QListWidget::indicator:checked {{
    border-color: {highlight}; background: {highlight}; image: url({folder}/check.svg); }}
QCheckBox, QRadioButton {{ border: 1px solid transparent; border-radius: 4px; padding: 1px 3px; }}
QCheckBox:focus, QRadioButton:focus {{ border-color: {accent}; }}
QTreeWidget::indicator:disabled {{ border-color: {off}; background: {window}; }}
QSlider {{ border: 1px solid transparent; border-radius: 4px; }}
QSlider:focus {{ border-color: {accent}; }}
QPushButton {{ border: 1px solid {line}; border-radius: 5px; padding: 5px 14px; background: {button}; }}
QPushButton:hover:enabled {{ background: {hover}; }}
QPushButton:focus {{ border-color: {accent}; }}
QPushButton:disabled {{ color: {off}; }}
QPushButton:default:enabled {{ background: {highlight}; border-color: {highlight}; color: #ffffff; }}
QPushButton:default:hover:enabled {{ background: {default_hover}; border-color: {default_hover}; }}
QPushButton[danger="true"]:enabled {{ background: {danger}; border-color: {danger}; color: #ffffff; }}
QPushButton:default:focus:enabled, QPushButton[danger="true"]:focus:enabled {{ border-color: {text}; }}
QListView[role="palette"] {{ border: 0; border-top: 1px solid {line}; background: {window}; outline: 0; }}
QListView[role="palette"]::item:hover {{ background: {hover}; }}
QListView[role="palette"]::item:selected {{ background: {selected}; color: {text}; }}
QListView[role="history"] {{ background: {base}; outline: 0; }}
QListView[role="history"]::item:hover {{ background: {row}; }}
QListView[role="history"]::item:selected {{ background: {selected}; color: {text}; }}
QTabWidget::pane {{ border: 0; border-top: 1px solid {line}; }}
QTabWidget QTabBar {{ background: {window}; }}
QTabBar::tab {{ background: transparent; color: {muted}; padding: 7px 12px 6px 12px; margin: 0;
    border: 0; border-bottom: 2px solid transparent; }}
QTabBar::tab:hover {{ color: {text}; }}
QTabBar::tab:selected {{ color: {text}; border-bottom-color: {accent}; }}
QTabBar::tab:selected:focus {{ background: {hover}; }}
QWidget[role="dockbar"] {{ background: {window}; border-top: 1px solid {line}; border-bottom: 1px solid {line}; }}
QDockWidget {{ titlebar-close-icon: url({folder}/close-{name}.svg);
    titlebar-normal-icon: url({folder}/float-{name}.svg); }}
QMainWindow::separator {{ background: {line}; width: 1px; height: 1px; }}
QMainWindow::separator:hover {{ background: {accent}; }}
QPushButton[role="picker"] {{ text-align: left; padding: 4px 24px 4px 7px; background-color: {base};
    background-image: url({folder}/chevron-down-{name}.svg); background-repeat: no-repeat;
    background-position: right center; }}
QFrame[role="toast"] {{ background: {tip}; border: 1px solid {line}; border-radius: 8px; }}
QFrame[role="toast"]:hover {{ border-color: {accent}; }}
QFrame[role="popup"] {{ background: {window}; border: 1px solid {line}; }}
QScrollBar:vertical {{ width: 11px; background: transparent; margin: 0; }}
QScrollBar:horizontal {{ height: 11px; background: transparent; margin: 0; }}
QScrollBar::handle {{ background: {handle}; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:disabled {{ background: transparent; }}
QScrollBar::handle:vertical {{ min-height: 28px; }}
QScrollBar::handle:horizontal {{ min-width: 28px; }}
QScrollBar::handle:hover {{ background: {muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QAbstractScrollArea::corner {{ background: transparent; border: 0; }}
QStatusBar {{ border-top: 1px solid {line}; background: {window}; }}
QStatusBar::item {{ border: 0; }}
QToolTip {{ background: {tip}; color: {text}; border: 1px solid {line}; padding: 5px; }}
QLabel[role="muted"] {{ color: {muted}; }}
QLabel[role="error"] {{ color: {error}; }}
QLabel[role="good"] {{ color: {good}; }}
QLabel[role="title"] {{ font-weight: 700; }}
QLabel[role="headline"] {{ font-size: 13pt; font-weight: 600; }}
QLabel[role="advice"] {{ border: 1px solid transparent; border-left: 3px solid {line}; padding: 1px 6px; }}
QLabel[role="advice"]:focus {{ border-color: {accent}; }}
QLabel[role="section"] {{ color: {muted}; font-weight: 700; }}
QFrame[role="panel"] {{ background: {base}; }}
QFrame[role="bar"] {{ background: {window}; border: 0; border-bottom: 1px solid {line}; }}
QFrame[role="foot"] {{ background: {window}; border: 0; border-top: 1px solid {line}; }}
QFrame[role="finding_group"] {{ border: 0; border-bottom: 1px solid {line}; }}
QToolButton[role="section_head"] {{ font-weight: 700; }}
QToolButton[role="section_head"]:checked {{ background: transparent; }}
QToolButton[role="section_head"]:hover {{ background: {hover}; }}
QScrollArea#findings {{ border: 0; border-top: 1px solid {line}; }}
QFrame[role="banner"] {{ background: {banner}; border: 0; border-bottom: 1px solid {banner_line}; }}
QFrame[role="banner"] QLabel {{ color: {banner_text}; }}
QPushButton[role="filter"] {{ border: 1px solid transparent; border-radius: 5px; padding: 3px 10px;
    background: transparent; color: {muted}; }}
QPushButton[role="filter"]:hover {{ background: {hover}; color: {text}; }}
QPushButton[role="filter"]:checked {{ background: {selected}; color: {text}; }}
QPushButton[role="filter"]:focus {{ border-color: {accent}; }}
"""
