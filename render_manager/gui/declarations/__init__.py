"""The commands of the window, declared by what they are about; ``actions.py`` puts them into menus."""
