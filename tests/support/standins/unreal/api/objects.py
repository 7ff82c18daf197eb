"""Objects as scripts see them: declared properties only, classes made in Python, delegates.

What a script sets on an object of a class made in Python is lost between the engine's calls, unless it is a property
that the engine knows of; and the engine calls only those of its methods that are declared to it.
"""

import copy
import traceback
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from tests.support.standins.unreal.current import engine


def fitting(value: Any, like: Any, name: str) -> Any:
    """The value as a property that holds values ``like`` this takes it.

    Raises:
        TypeError: it does not.
    """
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    good = {
        bool: isinstance(value, bool),
        int: number and isinstance(value, int),
        float: number,
        list: isinstance(value, (list, tuple)),
    }.get(type(like), like is None or isinstance(value, type(like)))
    if not good:
        kinds = type(value).__name__, type(like).__name__
        raise TypeError(f"NativizeProperty: Cannot nativize '{kinds[0]}' as '{name}' ({kinds[1]})")
    return float(value) if isinstance(like, float) else value


class Struct:
    """A value with fields."""

    fields: ClassVar[dict[str, Any]] = {}

    def __init__(self, *values: Any, **named: Any) -> None:
        if len(values) > len(self.fields):
            raise TypeError(f"{type(self).__name__} has {len(self.fields)} fields")
        self.__dict__.update({name: copy.copy(default) for name, default in self.fields.items()})
        for name, value in (dict(zip(self.fields, values, strict=False)) | named).items():
            setattr(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.fields:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        self.__dict__[name] = fitting(value, self.fields[name], name)


class uproperty:  # noqa: N801 - the engine's name
    """A property that the engine knows of, of a class of the engine's."""

    def __init__(self, kind: type) -> None:
        self.kind, self.name = kind, ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        return self if instance is None else instance._values.get(self.name)

    def __set__(self, instance: Any, value: Any) -> None:
        if value is not None and not isinstance(value, self.kind):
            raise TypeError(f"NativizeProperty: Cannot nativize '{type(value).__name__}' as '{self.name}'")
        instance._values[self.name] = value


def ufunction(
    ret: Any = None, params: Iterable[Any] = (), override: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a method to the engine: a new one with the types of its parameters, or an override."""

    def declare(function: Any) -> Any:
        function.ufunction = {"params": list(params), "override": override}
        return function

    return declare


#: The classes made in Python, by name.
MADE: dict[str, type] = {}


def uclass() -> Callable[[type], type]:
    """Declare a class to the engine.

    Raises:
        Exception: the engine would not have it; it is not known then.
    """

    def declare(made: type) -> type:
        if not issubclass(made, Object):
            raise Exception(f"Type '{made.__name__}' does not inherit an object of the engine")
        base: Any = made.__mro__[1]
        for name, value in vars(made).items():
            if isinstance(value, uproperty) and name in base.declared:
                raise Exception(f"Property '{name}' on '{made.__name__}' cannot override a property of the base type")
            if told := getattr(value, "ufunction", None):
                _check_function(made, name, value, told)
        made.made_in_python = True
        MADE[made.__name__] = made
        return made

    return declare


def _check_function(made: Any, name: str, function: Any, told: dict[str, Any]) -> None:
    if told["override"]:
        if name not in made.overridable:
            raise Exception(f"Function '{name}' on '{made.__name__}' was set to override, but no base has it")
        return
    count, types = function.__code__.co_argcount - 1, len(told["params"])
    if types != count:
        raise Exception(f"Function '{name}' on '{made.__name__}' has {count} parameters, but {types} types")


class Object:
    """An object of the engine."""

    #: Properties and their defaults; those of a class join those of its bases.
    properties: ClassVar[dict[str, Any]] = {}
    declared: ClassVar[dict[str, Any]] = {}
    abstract: ClassVar[bool] = False
    #: Methods that a class made in Python may override.
    overridable: ClassVar[frozenset[str]] = frozenset()
    made_in_python: ClassVar[bool] = False

    # Beside the dictionary of what scripts set, which is lost again and again.
    __slots__ = ("__dict__", "_inner", "_values")

    _values: dict[str, Any]
    _inner: Any

    def __init_subclass__(cls) -> None:
        base: Any = cls.__mro__[1]
        cls.declared = base.declared | cls.__dict__.get("properties", {})
        cls.abstract = cls.__dict__.get("abstract", False)

    def __init__(self, outer: "Object | None" = None) -> None:
        self._values = {name: copy.copy(default) for name, default in self.declared.items()}
        self._inner = None
        self.made()

    def made(self) -> None:
        """What an object needs beside its properties."""

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and name in self._values:
            return self._values[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        if name in Object.__slots__ or isinstance(getattr(type(self), name, None), uproperty):
            object.__setattr__(self, name, value)
        elif name in self.declared:
            self._values[name] = fitting(value, self.declared[name], name)
        elif self.made_in_python:
            object.__setattr__(self, name, value)
        else:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def forget(self) -> None:
        """The engine's own object stays, what a script hung on it goes."""
        self.__dict__.clear()


def new_object(type: Any, outer: Object | None = None, base_type: Any = Object) -> Any:
    """Make an object of a class that is not abstract."""
    if not issubclass(type, base_type):
        raise TypeError(f"new_object: '{type.__name__}' is no '{base_type.__name__}'")
    if type.abstract:
        raise Exception(f"new_object: Class '{type.__name__}' is abstract")
    return type(outer)


class Delegate:
    """A delegate with many listeners."""

    def __init__(self) -> None:
        self._listeners: list[tuple[Object, str]] = []

    def add_function_unique(self, object: Object, name: str) -> None:
        if not object.made_in_python or not hasattr(getattr(type(object), name, None), "ufunction"):
            raise Exception(f"Delegate: '{name}' is no function that the engine knows on '{type(object).__name__}'")
        if (object, name) not in self._listeners:
            self._listeners.append((object, name))

    def broadcast(self, *values: Any) -> None:
        for owner, name in list(self._listeners):
            call(owner, name, *values)


def call(target: Object, name: str, *values: Any) -> Any:
    """As the engine calls a method: only one that was declared to it, on an object without what scripts hung on it.
    What it raises goes to the log, and the engine goes on."""
    target.forget()
    # The engine does not know of a Python method that hides one of its own.
    function = next(
        found
        for kind in type(target).__mro__
        if (found := vars(kind).get(name)) is not None and (hasattr(found, "ufunction") or not made_by_script(kind))
    )
    try:
        return function(target, *values)
    except Exception:
        engine().log("LogPython", traceback.format_exc().rstrip(), "Error")
        return None


def made_by_script(kind: type) -> bool:
    return vars(kind).get("made_in_python", False)
