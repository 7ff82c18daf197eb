"""Where an image is written: numbering schemes, name tokens and the folders that Maya adds by itself."""

import os

#: What ``-fnc`` means.
SCHEMES = {
    1: "{name}",
    2: "{name}.{suffix}",
    3: "{name}.{frame}.{suffix}",
    4: "{name}.{suffix}.{frame}",
    5: "{name}.{frame}",
    6: "{name}{frame}.{suffix}",
    7: "{name}_{frame}.{suffix}",
}
_TOKENS = {
    "scene": ("<Scene>", "%s"),
    "layer": ("<RenderLayer>", "<Layer>", "%l"),
    "camera": ("<Camera>", "%c"),
    "pass": ("<RenderPass>",),
    "version": ("<Version>",),
    "extension": ("<Extension>",),
}


def numbered(scheme: int) -> bool:
    return "{frame}" in SCHEMES[scheme]


def image_path(
    prefix: str, scheme: int, *, frame: str, suffix: str, values: dict[str, str], folders: tuple[str, ...]
) -> str:
    """The path of an image below the folder of images.

    Args:
        prefix: its name, perhaps with tokens and folders.
        frame: its number with all its digits.
        values: what the tokens stand for: scene, layer, camera, pass, version, extension.
        folders: which of the values have a folder of their own unless the prefix says where they go.
    """
    added = [values[kind] for kind in folders if not any(token in prefix for token in _TOKENS[kind])]
    for kind, tokens in _TOKENS.items():
        for token in tokens:
            prefix = prefix.replace(token, values[kind])
    name = SCHEMES[scheme].format(name=prefix, frame=frame, suffix=suffix)
    return os.path.join(*added, name)
