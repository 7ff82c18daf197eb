"""Renders one job of the render manager: builds the queue's only entry, watches it and ends.

Written for Unreal Engine 5.1 and later. What must last from one call to the next is kept in this module: plain
attributes of an engine's object vanish. Nothing may be raised out of a call: the engine would only log it and go on
for ever, so every call ends the render instead.
"""

import traceback

import rm_job
import unreal

FILE_NAME = "{sequence_name}.{frame_number}"


class State:
    def __init__(self):
        self.job = None
        self.report = None
        self.progress = None
        self.running = False
        self.ended = False

    def say(self, event, **values):
        if self.report is not None:
            self.report.say(event, **values)


STATE = State()


class Refused(Exception):
    """What was asked for can't be done; the text is for the user."""

    def __init__(self, message, failure):
        Exception.__init__(self, message)
        self.failure = failure


@unreal.uclass()
class RmExecutor(unreal.MoviePipelinePythonHostExecutor):
    # The engine forgets, and deletes, objects that no property holds.
    rm_queue = unreal.uproperty(unreal.MoviePipelineQueue)
    rm_pipeline = unreal.uproperty(unreal.MoviePipeline)

    @unreal.ufunction(override=True)
    def execute_delayed(self, queue):
        try:
            begin(self)
        except Exception as error:
            give_up(self, error)

    @unreal.ufunction(override=True)
    def is_rendering(self):
        return STATE.running

    @unreal.ufunction(override=True)
    def on_begin_frame(self):
        super(RmExecutor, self).on_begin_frame()
        try:
            watch(self.rm_pipeline)
        except Exception as error:
            give_up(self, error)

    @unreal.ufunction(ret=None, params=[unreal.MoviePipelineOutputData])
    def on_rm_finished(self, results):
        try:
            finish(self, results)
        except Exception as error:
            give_up(self, error)


def begin(executor):
    path = rm_job.file_named_by(unreal.SystemLibrary.get_command_line())
    STATE.job = rm_job.Job(path)
    STATE.report = rm_job.Report(STATE.job.report)
    STATE.say("started", version=unreal.SystemLibrary.get_engine_version())
    executor.rm_queue = unreal.new_object(unreal.MoviePipelineQueue, outer=executor)
    entry = executor.rm_queue.allocate_new_job(unreal.MoviePipelineExecutorJob)
    extension = set_up(entry, STATE.job)
    STATE.progress = rm_job.Progress(STATE.job, STATE.say, extension)
    executor.rm_pipeline = unreal.new_object(
        unreal.MoviePipeline, outer=executor.get_last_loaded_world(), base_type=unreal.MoviePipeline
    )
    executor.rm_pipeline.on_movie_pipeline_work_finished_delegate.add_function_unique(executor, "on_rm_finished")
    STATE.running = True
    STATE.say("loaded")
    executor.rm_pipeline.initialize(entry)


def set_up(entry, job):
    """Fill the queue's entry; the extension of the files if each frame has only one."""
    entry.job_name = job.sequence.rpartition(".")[2]
    entry.sequence = unreal.SoftObjectPath(job.sequence)
    entry.map = unreal.SoftObjectPath(job.map)
    if job.preset:
        preset = load(job.preset)
        if preset is None:
            raise Refused("The preset %s can't be loaded." % job.preset, "scene")
        entry.set_configuration(preset)
    config = entry.get_configuration()
    output = config.find_or_add_setting_by_class(unreal.MoviePipelineOutputSetting)
    output.output_directory = unreal.DirectoryPath(job.folder)
    output.file_name_format = FILE_NAME
    output.zero_pad_frame_numbers = rm_job.DIGITS
    output.override_existing_output = True
    output.use_custom_playback_range = True  # without it each chunk renders the whole sequence
    output.custom_start_frame = job.first
    output.custom_end_frame = job.end
    output.output_frame_step = job.step
    if job.width or job.height:
        size = output.output_resolution
        output.output_resolution = unreal.IntPoint(job.width or size.x, job.height or size.y)
    warm_up(config, job)
    extension = choose_outputs(config, job)
    config.initialize_transient_settings()
    return extension


def load(path):
    found = unreal.load_asset(path)
    editor = getattr(unreal, "EditorAssetLibrary", None)
    if found is None and editor is not None:
        found = editor.load_asset(path)
    return found


def warm_up(config, job):
    """Light that gathers over frames, and anti-aliasing, would show where a chunk begins."""
    smoothing = config.find_or_add_setting_by_class(unreal.MoviePipelineAntiAliasingSetting)
    if job.warm_up is not None:
        smoothing.engine_warm_up_count = job.warm_up
        smoothing.render_warm_up_count = job.warm_up
    else:  # a preset may want more
        smoothing.engine_warm_up_count = max(smoothing.engine_warm_up_count, job.least_warm_up)
        smoothing.render_warm_up_count = max(smoothing.render_warm_up_count, job.least_warm_up)


def choose_outputs(config, job):
    """Images and a pass, as the preset has them or as is asked for; the extension of the files if each frame has only
    one."""
    writers = {
        "PNG": unreal.MoviePipelineImageSequenceOutput_PNG,
        "EXR": unreal.MoviePipelineImageSequenceOutput_EXR,
        "JPG": unreal.MoviePipelineImageSequenceOutput_JPG,
    }
    if not job.preset:
        chosen = job.format or "PNG"
        config.find_or_add_setting_by_class(unreal.MoviePipelineDeferredPassBase)
        config.find_or_add_setting_by_class(writers[chosen])
        return rm_job.EXTENSIONS[chosen]
    settings = list(config.get_user_settings())
    images = [one for one in settings if isinstance(one, unreal.MoviePipelineImageSequenceOutputBase)]
    passes = [one for one in settings if isinstance(one, unreal.MoviePipelineImagePassBase)]
    movies = getattr(unreal, "MoviePipelineVideoOutputBase", None)
    for one in settings:
        # A movie can't be made in chunks.
        if (movies and isinstance(one, movies)) or (job.format and one in images):
            config.remove_setting(one)
    if job.format or not images:
        config.find_or_add_setting_by_class(writers[job.format or "PNG"])
    if not passes:
        config.find_or_add_setting_by_class(unreal.MoviePipelineDeferredPassBase)
    return None  # the preset decides how many files a frame has


def watch(pipeline):
    if not STATE.running or STATE.ended or pipeline is None:
        return
    library = unreal.MoviePipelineLibrary
    index, total = library.get_overall_output_frames(pipeline)
    STATE.progress.tick(index, total, library.get_completion_percentage(pipeline))


def finish(executor, results):
    if STATE.ended:
        return
    paths = []
    for shot in results.shot_data:
        for data in shot.render_pass_data.values():
            paths.extend(str(path) for path in data.file_paths)
    STATE.say("result", success=bool(results.success), files=rm_job.by_frame(paths, STATE.job.frames))
    leave(executor)


def give_up(executor, error):
    """The last word after something unexpected; must not raise."""
    if STATE.ended:
        return
    try:
        unreal.log_error("Render manager: %s" % traceback.format_exc())
        if isinstance(error, Refused):
            STATE.say("error", message=str(error), failure=error.failure)
        else:
            text = "The script in the editor failed: %s: %s" % (type(error).__name__, error)
            STATE.say("error", message=text, failure="node")
        STATE.say("result", success=False, files={})
        leave(executor)
    except Exception:
        unreal.SystemLibrary.quit_editor()


def leave(executor):
    STATE.running, STATE.ended = False, True
    executor.rm_pipeline = None
    if STATE.job is not None:
        rm_job.end_later(STATE.job.grace)
    executor.on_executor_finished_impl()
