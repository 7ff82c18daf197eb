"""Runs inside Blender: finds what does not work in a scene whose Python is not run."""

import math

import bpy

#: What Blender lets a driver use even then.
HARMLESS = set(dir(math)) | {"frame", "clamp", "lerp", "smoothstep"}
HARMLESS |= {"all", "any", "bool", "float", "int", "len", "max", "min", "pow", "range", "round", "sum", "abs"}


def python_of_scene():
    """Scripts that would run on loading and drivers that would be evaluated by Python, described for people."""
    found = ["script %s" % text.name for text in bpy.data.texts if text.use_module]
    for owner in with_animation():
        for curve in owner.animation_data.drivers:
            driver = curve.driver
            # What is valid was evaluated, and simple expressions never need Python.
            if driver.type == "SCRIPTED" and not driver.is_valid and not driver.is_simple_expression:
                if needs_python(driver.expression, {variable.name for variable in driver.variables}):
                    found.append("driver of %s, %s: %s" % (owner.name, curve.data_path, driver.expression))
    return found


def with_animation():
    for collection in (getattr(bpy.data, name) for name in dir(bpy.data)):
        if not isinstance(collection, bpy.types.bpy_prop_collection):
            continue
        for block in collection:
            for owner in (block, getattr(block, "node_tree", None)):
                if getattr(owner, "animation_data", None):
                    yield owner


def needs_python(expression, variables):
    """Whether Blender refuses to evaluate it; else it is wrong in itself, on the artist's machine, too."""
    try:
        code = compile(expression.strip(), "driver", "eval")
    except (SyntaxError, ValueError):
        return False
    nested = any(hasattr(constant, "co_code") for constant in code.co_consts)
    return nested or not set(code.co_names) <= HARMLESS | variables
