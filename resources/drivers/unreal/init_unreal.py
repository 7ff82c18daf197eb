"""Run by the editor's Python as it starts, since this folder is in UE_PYTHONPATH: makes our executor's class known.

Nothing of it is put into the project. Without our switch on the command line it does nothing.
"""

import rm_job
import unreal

if rm_job.file_named_by(unreal.SystemLibrary.get_command_line()):
    import rm_executor  # noqa: F401 - its class is named by -ExecutorPythonClass
