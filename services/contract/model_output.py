"""A language model's answer becomes a Patch, or is refused with the place that breaks the contract."""

from __future__ import annotations

from collections.abc import Callable

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from buildplan.v1.plan_pb2 import Patch, Sections
from services.contract.model_schema import enum_names, fields_for, is_nullable
from services.contract.ownership import owners, sections_of

_INTEGERS = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}
_FLOAT_MAX = 3.4028234663852886e38


class ContractViolation(ValueError):
    """The model's answer breaks the schema at `path` (a JSON pointer); ask the model again and show it this text."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path or '/'}: {problem}")
        self.path = path
        self.problem = problem


def parse_patch(agent: str, data: object) -> Patch:
    """The Patch in `data` (parsed JSON) by the rules of `schema_for(agent)`; raises ContractViolation."""
    if not sections_of(agent):
        raise ValueError(f'"{agent}" owns no section of a plan')
    patch = Patch()
    _fill(agent, patch, data, "")
    return patch


def _fill(agent: str, message: Message, data: object, path: str) -> None:
    if not isinstance(data, dict):
        raise ContractViolation(path, f"an object is wanted, not {_kind(data)}")
    fields = {field.name: field for field in fields_for(agent, message.DESCRIPTOR)}
    for name in data:
        if name not in fields:
            raise ContractViolation(_below(path, name), _stranger(agent, message, name))
    for name, field in fields.items():
        if name not in data:
            raise ContractViolation(_below(path, name), "is missing")
        _set(agent, message, field, data[name], _below(path, name))


def _stranger(agent: str, message: Message, name: str) -> str:
    owner = owners().get(name) if message.DESCRIPTOR is Sections.DESCRIPTOR else None
    return f'is no field of the contract for "{agent}"' if owner is None else f'belongs to "{owner}", not to "{agent}"'


def _set(agent: str, message: Message, field: FieldDescriptor, data: object, path: str) -> None:
    if field.is_repeated:
        _extend(agent, getattr(message, field.name), field, data, path)
    elif field.message_type is not None:
        child = getattr(message, field.name)
        child.SetInParent()
        _fill(agent, child, data, path)
    elif data is not None or not is_nullable(field):
        setattr(message, field.name, _scalar(field, data, path))


def _extend(agent: str, items: object, field: FieldDescriptor, data: object, path: str) -> None:
    if not isinstance(data, list):
        raise ContractViolation(path, f"a list is wanted, not {_kind(data)}")
    for index, entry in enumerate(data):
        here = f"{path}/{index}"
        if field.message_type is not None:
            _fill(agent, items.add(), entry, here)  # type: ignore[attr-defined]
        else:
            items.append(_scalar(field, entry, here))  # type: ignore[attr-defined]


def _scalar(field: FieldDescriptor, data: object, path: str) -> object:
    if field.enum_type is not None:
        return _enum(field.enum_type, data, path)
    if field.cpp_type in _INTEGERS:
        return _integer(data, _INTEGERS[field.cpp_type], path)
    return _READERS[field.cpp_type](data, path)


def _enum(enum: EnumDescriptor, data: object, path: str) -> int:
    names = enum_names(enum)
    if not isinstance(data, str) or data not in names:
        raise ContractViolation(path, f"one of {', '.join(names)} is wanted, not {_kind(data)}")
    return int(enum.values_by_name[data].number)


def _integer(data: object, limits: tuple[int, int], path: str) -> int:
    lowest, highest = limits
    if isinstance(data, int | float) and not isinstance(data, bool) and lowest <= data <= highest:
        whole = int(data)
        if whole == data:
            return whole
    raise ContractViolation(path, f"a whole number from {lowest} to {highest} is wanted, not {_kind(data)}")


def _number(data: object, path: str) -> float:
    if isinstance(data, bool) or not isinstance(data, int | float) or not abs(data) <= _FLOAT_MAX:
        raise ContractViolation(path, f"a finite number is wanted, not {_kind(data)}")
    return float(data)


def _string(data: object, path: str) -> str:
    if not isinstance(data, str):
        raise ContractViolation(path, f"a string is wanted, not {_kind(data)}")
    if any("\ud800" <= character <= "\udfff" for character in data):
        raise ContractViolation(path, "the string holds half a character (a lone surrogate)")
    return data


def _boolean(data: object, path: str) -> bool:
    if not isinstance(data, bool):
        raise ContractViolation(path, f"true or false is wanted, not {_kind(data)}")
    return data


_READERS: dict[int, Callable[[object, str], object]] = {
    FieldDescriptor.CPPTYPE_STRING: _string,
    FieldDescriptor.CPPTYPE_BOOL: _boolean,
    FieldDescriptor.CPPTYPE_FLOAT: _number,
    FieldDescriptor.CPPTYPE_DOUBLE: _number,
}


def _below(path: str, name: object) -> str:
    return f"{path}/{str(name)[:80].replace('~', '~0').replace('/', '~1')}"


def _kind(data: object) -> str:
    """What `data` is, short and without its content where that is large."""
    if isinstance(data, dict | list):
        return "an object" if isinstance(data, dict) else "a list"
    return repr(data)[:80]
