"""Builds the sample project: "Carousel", twenty-four pillars, one for each frame.

A golden ball rides the crest of a wave once around a ring of pillars: in frame n it stands on pillar n. The
animation loops, renders on a CPU in about a second a frame, and reads well as a sheet of thumbnails. It is what the
demo renders, what the tests render when they want a real scene, and the picture in the README.

    blender -b --factory-startup --python resources/sample_project/make_sample.py -- OUTDIR

writes into OUTDIR

    sample.blend           the scene; Cycles, 480 x 270, frames 1-24, PNG
    textures/palette.png   its texture, on purpose not packed: a real project has files beside the scene
    sample_project.zip     both, as they would come from an object store

Everything is made here: no add-ons, no drivers, no downloaded assets, no randomness. It was written for Blender 3.4
and keeps to what later versions kept. Run with OUTDIR = resources/sample_project to renew the archive; only the
archive is committed.
"""

import math
import struct
import sys
import zipfile
import zlib
from pathlib import Path

import bpy

FRAMES = 24
PILLARS = FRAMES
RING_RADIUS = 2.3
PILLAR_RADIUS = 0.25
PILLAR_LENGTH = 3.0
BALL_RADIUS = 0.34
GLOBE_RADIUS = 1.12

# Around the colour wheel, so that the ring has no seam.
PALETTE = ["#ff5a5f", "#ff8a4c", "#ffc24b", "#5fd3a4", "#22a7c9", "#6a63e0", "#c85ad6"]
CREAM = "#fff3e2"


# --- texture ---------------------------------------------------------------------------------------------------------


def rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red / 255, green / 255, blue / 255


def linear(colour: str) -> tuple[float, float, float, float]:
    """A colour as shaders want it."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb(colour))
    return red, green, blue, 1.0


def mix(a, b, amount):
    return tuple(x + (y - x) * amount for x, y in zip(a, b, strict=True))


def wheel(turn: float) -> tuple[float, float, float]:
    """The palette as a smooth colour wheel; `turn` 0 and 1 are the same place."""
    position = turn % 1 * len(PALETTE)
    left = int(position)
    return mix(rgb(PALETTE[left % len(PALETTE)]), rgb(PALETTE[(left + 1) % len(PALETTE)]), position - left)


def smoothstep(low: float, high: float, value: float) -> float:
    x = min(1.0, max(0.0, (value - low) / (high - low)))
    return x * x * (3 - 2 * x)


def texel(u: float, v: float) -> tuple[float, float, float]:
    """Bottom eighth: one swatch for each pillar. Above: slanted ribbons on cream, for the globe."""
    if v < 1 / 8:
        return wheel((int(u * PILLARS) + 0.5) / PILLARS)
    height = (v - 1 / 8) / (7 / 8)
    # Seven ribbons, each of one colour; twice the palette around would shimmer in a thumbnail.
    along = u * len(PALETTE) + 1.6 * height
    inside = abs(along % 1 - 0.5)
    ribbon = 1 - smoothstep(0.33, 0.35, inside)
    return mix(rgb(CREAM), rgb(PALETTE[int(along) % len(PALETTE)]), ribbon)


def write_texture(path: Path, width: int = 1008, height: int = 512) -> None:
    """A PNG by hand: Blender's own Python may come without any image library."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = bytearray()
    for y in range(height):
        rows.append(0)  # filter "none"
        v = 1 - (y + 0.5) / height
        for x in range(width):
            rows += bytes(round(255 * c) for c in texel((x + 0.5) / width, v))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"sRGB", b"\0")
        + chunk(b"IDAT", zlib.compress(bytes(rows), 9))
        + chunk(b"IEND", b"")
    )


# --- shapes ----------------------------------------------------------------------------------------------------------


def lathe(name: str, profile: list[tuple[float, float]], segments: int):
    """A smooth mesh from a (radius, z) profile turned round the z axis, with UVs around and along it."""
    vertices, faces, uvs = [], [], []
    for radius, z in profile:
        for i in range(segments):
            angle = 2 * math.pi * i / segments
            vertices.append((radius * math.cos(angle), radius * math.sin(angle), z))
    last = len(profile) - 1
    for ring in range(last):
        for i in range(segments):
            a, b = ring * segments, (ring + 1) * segments
            j = (i + 1) % segments
            faces.append((a + i, a + j, b + j, b + i))
            u0, u1 = i / segments, (i + 1) / segments
            v0, v1 = ring / last, (ring + 1) / last
            uvs += [(u0, v0), (u1, v0), (u1, v1), (u0, v1)]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(vertices, [], faces)
    layer = mesh.uv_layers.new(name="UVMap")
    for loop, uv in zip(layer.data, uvs, strict=True):
        loop.uv = uv
    mesh.polygons.foreach_set("use_smooth", [True] * len(faces))
    mesh.update()
    return mesh


def arc(centre: tuple[float, float], radius: float, start: float, end: float, steps: int):
    """Profile points on a circle, degrees counted from the equator upwards."""
    for i in range(steps + 1):
        angle = math.radians(start + (end - start) * i / steps)
        yield centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)


def ball(name: str, radius: float, segments: int = 64):
    return lathe(name, list(arc((0.0, 0.0), radius, -89.9, 89.9, segments // 2)), segments)


def rounded_pillar(name: str):
    """Its top is at z = 0, so an object's z is the height of its top."""
    edge = 0.1
    top = list(arc((PILLAR_RADIUS - edge, -edge), edge, 0, 90, 6))
    return lathe(name, [(PILLAR_RADIUS, -PILLAR_LENGTH), *top, (0.0001, 0.0)], 40)


def backdrop(name: str):
    """A photographer's paper roll: floor, bend and wall in one piece, so that there is no horizon."""
    bend, depth, tall, width = 5.0, 6.5, 18.0, 40.0
    side = [(-16.0, 0.0), *((depth + bend * math.sin(a), bend - bend * math.cos(a)) for a in quarter(24))]
    side.append((depth + bend, tall))
    vertices = [(x, y, z) for y, z in side for x in (-width, width)]
    faces = [(2 * i, 2 * i + 1, 2 * i + 3, 2 * i + 2) for i in range(len(side) - 1)]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(vertices, [], faces)
    mesh.polygons.foreach_set("use_smooth", [True] * len(faces))
    mesh.update()
    return mesh


def quarter(steps: int):
    return (math.pi / 2 * i / steps for i in range(steps + 1))


def place(name: str, data, location=(0.0, 0.0, 0.0), material=None):
    thing = bpy.data.objects.new(name, data)
    thing.location = location
    if material is not None and not data.materials:
        data.materials.append(material)
    bpy.context.scene.collection.objects.link(thing)
    return thing


# --- materials -------------------------------------------------------------------------------------------------------


def principled(name: str, **values):
    """A Principled material. Blender 4 renamed some sockets: a value may name several, the first that exists wins."""
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    shader = material.node_tree.nodes["Principled BSDF"]
    for key, value in values.items():
        for socket in ALIASES.get(key, (key.replace("_", " ").title(),)):
            if socket in shader.inputs:
                shader.inputs[socket].default_value = value
                break
    return material, shader


ALIASES = {
    "coat": ("Coat Weight", "Clearcoat"),
    "coat_roughness": ("Coat Roughness", "Clearcoat Roughness"),
    "transmission": ("Transmission Weight", "Transmission"),
    "ior": ("IOR",),
}


def image_node(material, image, interpolation: str):
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    node.interpolation = interpolation
    return node


def pillar_material(image):
    """One material for all pillars: the object's index picks its swatch."""
    material, shader = principled("Glazed pillar", roughness=0.32, coat=0.6, coat_roughness=0.08)
    nodes, links = material.node_tree.nodes, material.node_tree.links
    info = nodes.new("ShaderNodeObjectInfo")
    centre = nodes.new("ShaderNodeMath")
    centre.operation = "ADD"
    centre.inputs[1].default_value = 0.5
    share = nodes.new("ShaderNodeMath")
    share.operation = "DIVIDE"
    share.inputs[1].default_value = PILLARS
    swatch = nodes.new("ShaderNodeCombineXYZ")
    swatch.inputs["Y"].default_value = 1 / 16
    texture = image_node(material, image, "Closest")
    links.new(info.outputs["Object Index"], centre.inputs[0])
    links.new(centre.outputs[0], share.inputs[0])
    links.new(share.outputs[0], swatch.inputs["X"])
    links.new(swatch.outputs[0], texture.inputs["Vector"])
    links.new(texture.outputs["Color"], shader.inputs["Base Color"])
    return material


def globe_material(image):
    material, shader = principled("Striped globe", roughness=0.25, coat=1.0, coat_roughness=0.03)
    nodes, links = material.node_tree.nodes, material.node_tree.links
    coordinates = nodes.new("ShaderNodeTexCoord")
    upper = nodes.new("ShaderNodeMapping")
    upper.inputs["Location"].default_value[1] = 1 / 8
    upper.inputs["Scale"].default_value[1] = 7 / 8
    texture = image_node(material, image, "Linear")
    links.new(coordinates.outputs["UV"], upper.inputs["Vector"])
    links.new(upper.outputs[0], texture.inputs["Vector"])
    links.new(texture.outputs["Color"], shader.inputs["Base Color"])
    return material


# --- stage -----------------------------------------------------------------------------------------------------------


def aim(thing, target) -> None:
    direction = [t - p for t, p in zip(target, thing.location, strict=True)]
    flat = math.hypot(direction[0], direction[1])
    thing.rotation_euler = (
        math.atan2(flat, -direction[2]),
        0.0,
        math.atan2(direction[1], direction[0]) - math.pi / 2,
    )


def area_light(name, location, target, size, power, colour):
    light = bpy.data.lights.new(name, "AREA")
    light.shape = "DISK"
    light.size = size
    light.energy = power
    light.color = linear(colour)[:3]
    aim(place(name, light, location), target)


def light_the_stage(scene) -> None:
    """Few, large lights: soft shadows that need few samples."""
    area_light("Key", (-5.5, -5.0, 8.0), (0, 0, 0.6), 5.0, 1250, "#fff0dc")
    area_light("Fill", (7.0, -4.5, 4.0), (0, 0, 0.8), 5.0, 330, "#b9ccff")
    area_light("Rim", (2.5, 5.5, 6.5), (0, 0, 0.8), 4.0, 620, "#ffd2e4")

    world = bpy.data.worlds.new("Evening")
    world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    coordinates = nodes.new("ShaderNodeTexCoord")
    split = nodes.new("ShaderNodeSeparateXYZ")
    ramp = nodes.new("ShaderNodeValToRGB")
    for element, (position, colour) in zip(ramp.color_ramp.elements, ((0.0, "#2a2f6e"), (0.9, "#f4d6ff")), strict=True):
        element.position, element.color = position, linear(colour)
    links.new(coordinates.outputs["Generated"], split.inputs[0])
    links.new(split.outputs["Z"], ramp.inputs[0])
    links.new(ramp.outputs["Color"], nodes["Background"].inputs["Color"])
    nodes["Background"].inputs["Strength"].default_value = 0.55
    scene.world = world


def build(scene, image):
    """Everything that stands on the stage; returns what moves: (pillars, ball, globe, moon)."""
    paper, _ = principled("Backdrop paper", base_color=linear("#2b2f77"), roughness=0.85)
    gold, _ = principled("Gold", base_color=linear("#ffc65a"), metallic=1.0, roughness=0.16)
    glass, _ = principled("Glass", roughness=0.0, transmission=1.0, ior=1.35)

    place("Backdrop", backdrop("Backdrop"), material=paper)
    pillar = rounded_pillar("Pillar")
    material = pillar_material(image)
    pillars = []
    for number in range(1, PILLARS + 1):
        angle = ring_angle(number)
        where = (RING_RADIUS * math.cos(angle), RING_RADIUS * math.sin(angle), 0.0)
        thing = place(f"Pillar {number:02}", pillar, where, material)
        thing.pass_index = number - 1
        pillars.append(thing)
    rider = place("Ball", ball("Ball", BALL_RADIUS), material=gold)
    globe = place("Globe", ball("Globe", GLOBE_RADIUS, 96), (0, 0, 1.5), globe_material(image))
    globe.rotation_euler = (math.radians(14), math.radians(-12), 0)
    moon = place("Moon", ball("Moon", 0.3), material=glass)

    lens = bpy.data.cameras.new("Camera")
    lens.lens = 62
    camera = place("Camera", lens, (0.0, -11.2, 5.3))
    aim(camera, (0.0, 0.0, 0.98))
    scene.camera = camera
    light_the_stage(scene)
    return pillars, rider, globe, moon


# --- motion ----------------------------------------------------------------------------------------------------------


def ring_angle(position: float) -> float:
    """Where pillar `position` stands; number 1 in front on the left, going round against the clock."""
    return 2 * math.pi * (position - 1) / PILLARS - math.radians(120)


def crest(distance: float) -> float:
    """Height of a pillar that is `distance` of a turn away from the wave's crest."""
    wave = (1 + math.cos(2 * math.pi * distance)) / 2
    return 0.42 + 1.15 * wave**3 + 0.16 * math.sin(math.pi * distance * 2 + math.pi) ** 2


def animate(scene, pillars, rider, globe, moon) -> None:
    """A key on every frame: no interpolation, so nothing depends on anyone's preferences."""
    for frame in range(1, FRAMES + 1):
        turn = (frame - 1) / FRAMES
        for number, pillar in enumerate(pillars):
            pillar.location.z = crest(number / PILLARS - turn)
            pillar.keyframe_insert("location", index=2, frame=frame)
        angle = ring_angle(frame)
        rider.location = (
            RING_RADIUS * math.cos(angle),
            RING_RADIUS * math.sin(angle),
            crest(0) + BALL_RADIUS,
        )
        rider.keyframe_insert("location", frame=frame)
        # The globe's stripes repeat after a whole turn only, and turn against the wave.
        globe.rotation_euler.z = -2 * math.pi * turn
        globe.keyframe_insert("rotation_euler", index=2, frame=frame)
        opposite = angle + math.pi
        moon.location = (1.55 * math.cos(opposite), 1.55 * math.sin(opposite), 2.35)
        moon.keyframe_insert("location", frame=frame)
    scene.frame_set(1)


# --- render settings -------------------------------------------------------------------------------------------------


def set_up_render(scene) -> None:
    scene.frame_start, scene.frame_end = 1, FRAMES
    render = scene.render
    render.engine = "CYCLES"
    render.fps = 24
    render.resolution_x, render.resolution_y, render.resolution_percentage = 480, 270, 100
    render.image_settings.file_format = "PNG"
    render.image_settings.color_mode = "RGB"
    render.image_settings.color_depth = "8"
    render.filepath = "//renders/sample_####"
    render.use_persistent_data = True

    scene.view_settings.view_transform = "Filmic"
    scene.view_settings.look = "Medium High Contrast"
    scene.view_settings.exposure = 0.35

    cycles = scene.cycles
    cycles.device = "CPU"
    cycles.seed = 1
    cycles.samples = 32
    cycles.use_adaptive_sampling = False
    cycles.use_denoising = False  # not every build has a denoiser
    cycles.max_bounces = 4
    cycles.diffuse_bounces = 1
    cycles.glossy_bounces = 2
    cycles.transmission_bounces = 4
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.blur_glossy = 1.0
    cycles.sample_clamp_indirect = 2.0


def write_archive(folder: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for name in ("sample.blend", "textures/palette.png"):
            info = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(info, (folder / name).read_bytes())


def main(outdir: Path) -> None:
    outdir.mkdir(parents=True, exist_ok=True)
    texture = outdir / "textures" / "palette.png"
    write_texture(texture)

    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    scene = bpy.context.scene
    scene.name = "Carousel"
    set_up_render(scene)
    image = bpy.data.images.load(str(texture))
    animate(scene, *build(scene, image))

    # Saved first: a path can only be relative to a file that has a place.
    blend = outdir / "sample.blend"
    bpy.context.preferences.filepaths.save_version = 0
    bpy.ops.wm.save_as_mainfile(filepath=str(blend), compress=False)
    image.filepath = "//textures/palette.png"
    bpy.ops.wm.save_as_mainfile(filepath=str(blend), compress=False, relative_remap=False)
    write_archive(outdir, outdir / "sample_project.zip")


if __name__ == "__main__":
    main(Path(sys.argv[sys.argv.index("--") + 1]).resolve())
