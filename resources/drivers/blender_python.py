"""Runs inside Blender: finds what does not work in a scene whose Python is not run."""

import ast
import math

import bpy

#: What Blender lets a driver use even then.
HARMLESS = set(dir(math)) | {"frame", "clamp", "lerp", "smoothstep"}
HARMLESS |= {"all", "any", "bool", "float", "int", "len", "max", "min", "pow", "range", "round", "sum", "abs"}
#: What a script names that changes what is rendered, now or later; registering panels and operators needs none of it.
ACTS = {"data", "context", "ops", "handlers", "timers", "driver_namespace", "msgbus"}
ACTS |= {"exec", "eval", "compile", "getattr", "open", "__import__"}


def python_of_scene():
    """Scripts that would run on loading and drivers that would be evaluated by Python, described for people."""
    harmless = scripts_for_people()
    found = ["script %s" % text.name for text in bpy.data.texts if text.use_module and text.name not in harmless]
    for owner in with_animation():
        for curve in owner.animation_data.drivers:
            driver = curve.driver
            # What is valid was evaluated, and simple expressions never need Python.
            if driver.type == "SCRIPTED" and not driver.is_valid and not driver.is_simple_expression:
                if needs_python(driver.expression, {variable.name for variable in driver.variables}):
                    found.append("driver of %s, %s: %s" % (owner.name, curve.data_path, driver.expression))
    return found


def scripts_for_people():
    """Names of the scripts that would run on loading and only register panels and operators, as Rigify's do."""
    return [text.name for text in bpy.data.texts if text.use_module and only_registers(text.as_string())]


def only_registers(source):
    """Whether nothing of a script that runs on loading can change what is rendered."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return True  # it would not run on the artist's machine, either
    functions = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
    running = [node for node in body if not isinstance(node, ast.FunctionDef)]
    while running:
        for node in ast.walk(without_methods(running.pop())):
            names = names_in(node)
            if not ACTS.isdisjoint(names):
                return False
            for name in names & set(functions):  # called, or handed to something that calls it
                running += functions.pop(name).body
    return True


def names_in(node):
    """Of a variable, an attribute or what is imported."""
    told = [getattr(node, field, None) for field in ("attr", "id", "name", "module")]
    return {part for name in told if isinstance(name, str) for part in name.split(".")}


def without_methods(node):
    """A class runs what stands in it; its methods are run by whoever clicks."""
    if isinstance(node, ast.ClassDef):
        node.body = [inner for inner in node.body if not isinstance(inner, ast.FunctionDef)]
    return node


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
