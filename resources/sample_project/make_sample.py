"""Builds the sample project: "Carousel", twenty-four pillars, one for each frame.

A golden ball rides the crest of a wave once around a ring of pillars: from frame to frame it steps on to the
next pillar. The animation loops, renders on two cores in about a second a frame, and reads well as a sheet of
thumbnails. The demo renders it, so do the tests that want a real scene, and it is the picture in the README.

    blender -b --factory-startup --python resources/sample_project/make_sample.py -- OUTDIR

writes into OUTDIR

    sample.blend           the scene; Cycles, 480 x 270, frames 1-24, PNG
    textures/palette.png   its texture, on purpose not packed: a real project has files beside the scene

and both, as they would come from an object store, into sample_project.zip beside this script.

Everything is made here: no add-ons, no drivers, no downloaded assets, no randomness. It was written for
Blender 3.4 and keeps to what later versions kept.
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


# --- texture -----------------------------------------------------------------------------------------------


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


# --- shapes ------------------------------------------------------------------------------------------------


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
    if material is not None:
        thing.visible_diffuse = False  # no light from one surface to the next: it is painted instead
        if not data.materials:
            data.materials.append(material)
    bpy.context.scene.collection.objects.link(thing)
    return thing


# --- materials ---------------------------------------------------------------------------------------------
#
# A handful of samples and no denoiser (not every build has one) leave room for one lamp only: it casts the
# soft shadows. All other light is painted, by the direction a surface faces and by what it would mirror of
# the studio. Painted light has no noise.

SKY = "#c3aef0"
GROUND = "#63386b"
GLOW = "#ffa58a"
PAPER = "#272b6e"
PAPER_BEHIND = "#7f46b8"
SOFT_BOXES = (  # direction, cosine of its edge, colour, strength
    ((-0.50, -0.52, 0.69), 0.955, "#fff0dc", 5.0),
    ((0.80, -0.42, 0.42), 0.90, "#ffd9c2", 2.5),
    ((0.35, 0.80, 0.49), 0.88, "#ffc2dd", 2.5),
    ((-0.95, 0.10, 0.30), 0.93, "#bfe4ff", 2.0),
)

# Blender 4 renamed sockets of the Principled shader; the first name that exists wins.
SOCKETS = {
    "specular": ("Specular IOR Level", "Specular"),
    "emission": ("Emission Color", "Emission"),
}


def socket(shader, key: str):
    names = SOCKETS.get(key, (key.replace("_", " ").title(),))
    return next(shader.inputs[name] for name in names if name in shader.inputs)


class Graph:
    """Node graphs, written as expressions."""

    def __init__(self, tree):
        self.tree = tree

    def node(self, kind: str, **settings):
        node = self.tree.nodes.new(f"ShaderNode{kind}")
        for name, value in settings.items():
            setattr(node, name, value)
        return node

    def connect(self, value, target) -> None:
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, target)
        else:
            target.default_value = value

    def math(self, operation: str, *values, kind: str = "Math", output: str = "Value"):
        node = self.node(kind, operation=operation)
        for value, target in zip(values, node.inputs, strict=False):
            self.connect(value, target)
        return node.outputs[output]

    def vector(self, operation: str, *values, output: str = "Vector"):
        return self.math(operation, *values, kind="VectorMath", output=output)

    def dot(self, a, b):
        return self.vector("DOT_PRODUCT", a, b, output="Value")

    def ramp(self, value, *stops):
        """`stops`: (position, colour or grey)."""
        node = self.node("ValToRGB")
        elements = node.color_ramp.elements
        node.color_ramp.interpolation = "EASE"
        while len(elements) < len(stops):
            elements.new(0.5)
        for element, (position, colour) in zip(elements, stops, strict=True):
            element.position = position
            element.color = linear(colour) if isinstance(colour, str) else (colour, colour, colour, 1.0)
        self.connect(value, node.inputs["Fac"])
        return node.outputs["Color"]

    def image(self, image, coordinates, interpolation: str):
        node = self.node("TexImage", image=image, interpolation=interpolation)
        self.connect(coordinates, node.inputs["Vector"])
        return node.outputs["Color"]


def principled(name: str, **values):
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    shader = material.node_tree.nodes["Principled BSDF"]
    for key, value in values.items():
        socket(shader, key).default_value = value
    return material, shader, Graph(material.node_tree)


def studio(graph, direction):
    """What is seen in a direction: evening sky and soft boxes. It is the world, and the gloss on surfaces."""
    height = graph.math("ADD", graph.dot(direction, (0.0, 0.0, 0.5)), 0.5)
    light = graph.ramp(height, (0.1, "#2a2466"), (0.55, "#6a63e0"), (1.0, "#ffe3f1"))
    for towards, edge, colour, strength in SOFT_BOXES:
        box = graph.ramp(graph.dot(direction, towards), (edge, 0.0), (min(1.0, edge + 0.04), colour))
        light = graph.vector("ADD", light, graph.vector("MULTIPLY", box, (strength,) * 3))
    return light


def gloss(graph, ior: float):
    fresnel = graph.node("Fresnel")
    fresnel.inputs["IOR"].default_value = ior
    seen = studio(graph, graph.node("TexCoord").outputs["Reflection"])
    return graph.vector("MULTIPLY", seen, fresnel.outputs["Fac"])


def paint(material, shader, graph, colour, strength, openness, glaze=0.0) -> None:
    """Gives a surface its colour and the painted light; `openness` is how much of the sky it sees."""
    normal = graph.node("NewGeometry").outputs["Normal"]
    upward = graph.dot(normal, (0.1, -0.1, 0.5))
    sky = graph.ramp(graph.math("ADD", upward, 0.5), (0.0, GROUND), (1.0, SKY))
    sideward = graph.dot(normal, (0.78, 0.25, 0.1))
    glow = graph.ramp(sideward, (0.0, 0.0), (1.0, GLOW))
    light = graph.vector("MULTIPLY", graph.vector("ADD", sky, glow), openness)
    light = graph.vector("MULTIPLY", light, colour)
    light = graph.vector("MULTIPLY", light, (strength,) * 3)
    if glaze:
        sheen = graph.vector("MULTIPLY", gloss(graph, 1.5), (glaze,) * 3)
        light = graph.vector("ADD", light, graph.vector("MULTIPLY", sheen, openness))
    graph.connect(colour, socket(shader, "base_color"))
    graph.connect(light, socket(shader, "emission"))
    socket(shader, "emission_strength").default_value = 1.0
    no_lamp(material)


def no_lamp(material) -> None:
    """A painted surface is no lamp: sampling it as one would bring the noise back."""
    if hasattr(material.cycles, "emission_sampling"):
        material.cycles.emission_sampling = "NONE"
    else:
        material.cycles.sample_as_light = False


def glass_material():
    """Refraction plus painted gloss: a real mirror's either-or is what makes glass noisy."""
    material = bpy.data.materials.new("Glass")
    material.use_nodes = True
    graph = Graph(material.node_tree)
    material.node_tree.nodes.remove(material.node_tree.nodes["Principled BSDF"])
    bent = graph.node("BsdfRefraction")
    bent.inputs["IOR"].default_value = 1.3
    bent.inputs["Roughness"].default_value = 0.0
    shine = graph.node("Emission")
    graph.connect(gloss(graph, 1.8), shine.inputs["Color"])
    both = graph.node("AddShader")
    graph.connect(bent.outputs[0], both.inputs[0])
    graph.connect(shine.outputs[0], both.inputs[1])
    graph.connect(both.outputs[0], material.node_tree.nodes["Material Output"].inputs["Surface"])
    no_lamp(material)
    return material


def pillar_material(image):
    """One material for all pillars: the object's index picks its swatch."""
    material, shader, graph = principled("Glazed pillar", roughness=1.0, specular=0.0)
    index = graph.node("ObjectInfo").outputs["Object Index"]
    swatch = graph.node("CombineXYZ")
    graph.connect(graph.math("DIVIDE", graph.math("ADD", index, 0.5), PILLARS), swatch.inputs["X"])
    swatch.inputs["Y"].default_value = 1 / 16
    colour = graph.image(image, swatch.outputs["Vector"], "Closest")
    height = graph.node("SeparateXYZ")
    graph.connect(graph.node("NewGeometry").outputs["Position"], height.inputs["Vector"])
    openness = graph.ramp(height.outputs["Z"], (0.0, 0.25), (0.9, 1.0))
    paint(material, shader, graph, colour, 0.65, openness, glaze=0.8)
    return material


def globe_material(image):
    material, shader, graph = principled("Striped globe", roughness=1.0, specular=0.0)
    upper = graph.node("Mapping")
    upper.inputs["Location"].default_value[1] = 1 / 8
    upper.inputs["Scale"].default_value[1] = 7 / 8
    graph.connect(graph.node("TexCoord").outputs["UV"], upper.inputs["Vector"])
    colour = graph.image(image, upper.outputs["Vector"], "Linear")
    paint(material, shader, graph, colour, 0.65, (1.0, 1.0, 1.0), glaze=1.0)
    return material


def paper_material():
    material, shader, graph = principled("Backdrop paper", roughness=1.0, specular=0.0)
    position = graph.node("NewGeometry").outputs["Position"]
    flat = graph.vector("MULTIPLY", position, (1.0, 1.0, 0.0))
    distance = graph.vector("LENGTH", flat, output="Value")
    reach = graph.math("DIVIDE", distance, 6.0)
    ring = RING_RADIUS / 6.0
    openness = graph.ramp(reach, (0.0, 0.35), (ring * 0.6, 0.5), (ring, 0.3), (ring * 1.5, 0.8), (1.0, 1.0))
    behind = graph.vector("SUBTRACT", position, (0.0, 9.0, 2.0))
    away = graph.math("DIVIDE", graph.vector("LENGTH", behind, output="Value"), 13.0)
    colour = graph.ramp(away, (0.25, PAPER_BEHIND), (0.8, PAPER))
    paint(material, shader, graph, colour, 0.8, openness)
    return material


# --- stage -------------------------------------------------------------------------------------------------


def aim(thing, target) -> None:
    direction = [t - p for t, p in zip(target, thing.location, strict=True)]
    flat = math.hypot(direction[0], direction[1])
    thing.rotation_euler = (
        math.atan2(flat, -direction[2]),
        0.0,
        math.atan2(direction[1], direction[0]) - math.pi / 2,
    )


def light_the_stage(scene) -> None:
    lamp = bpy.data.lights.new("Key", "AREA")
    lamp.shape = "DISK"
    lamp.size = 2.0
    lamp.energy = 1500
    lamp.color = linear("#fff0dc")[:3]
    key = place("Key", lamp, (-5.0, -4.5, 8.5))
    key.visible_glossy = False  # mirrors see its soft box in the studio
    aim(key, (0, 0, 0.6))

    world = scene.world = bpy.data.worlds.new("Studio")
    world.use_nodes = True
    graph = Graph(world.node_tree)
    background = world.node_tree.nodes["Background"]
    graph.connect(studio(graph, graph.node("TexCoord").outputs["Generated"]), background.inputs["Color"])
    world.cycles_visibility.diffuse = False
    world.cycles.sampling_method = "NONE"


def build(scene, image):
    """Everything that stands on the stage; returns what moves: (pillars, ball, globe, moon)."""
    gold, shader, _ = principled("Gold", base_color=linear("#ffc65a"), metallic=1.0, roughness=0.0)
    socket(shader, "emission").default_value = linear("#6b3408")
    socket(shader, "emission_strength").default_value = 0.6
    no_lamp(gold)

    place("Backdrop", backdrop("Backdrop"), material=paper_material())
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
    moon = place("Moon", ball("Moon", 0.3), material=glass_material())
    moon.visible_shadow = False  # without caustics glass would cast the shadow of a stone

    lens = bpy.data.cameras.new("Camera")
    lens.lens = 62
    camera = place("Camera", lens, (0.0, -12.3, 5.7))
    aim(camera, (0.0, 0.0, 0.92))
    scene.camera = camera
    light_the_stage(scene)
    return pillars, rider, globe, moon


# --- motion ------------------------------------------------------------------------------------------------


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


# --- render settings ---------------------------------------------------------------------------------------


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

    scene.view_settings.view_transform = "Standard"
    scene.view_settings.exposure = -0.3

    cycles = scene.cycles
    cycles.device = "CPU"
    cycles.seed = 1
    cycles.samples = 12
    cycles.use_adaptive_sampling = False
    cycles.scrambling_distance = 0.4
    cycles.use_denoising = False  # not every build has a denoiser
    cycles.max_bounces = 4
    cycles.diffuse_bounces = 0
    cycles.glossy_bounces = 2
    cycles.transmission_bounces = 4
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.blur_glossy = 0.5
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
    write_archive(outdir, Path(__file__).with_name("sample_project.zip"))


if __name__ == "__main__":
    main(Path(sys.argv[sys.argv.index("--") + 1]).resolve())
