"""What changed between two diagrams as programs read it: elements and attributes, before and after."""

from __future__ import annotations

from typing import Any

from lxml import etree

from workflows.engine.xmlsafe import read_xml

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"


def raw_difference(before: str, after: str) -> dict[str, list[dict[str, Any]]]:
    """Added, removed and changed elements, in the order of the diagrams."""
    old, new = _elements(before), _elements(after)
    changed = [
        {**_shown(new[key]), "changes": changes}
        for key in new
        if key in old and (changes := _changes(old[key], new[key]))
    ]
    return {
        "added": [_shown(node) for key, node in new.items() if key not in old],
        "removed": [_shown(node) for key, node in old.items() if key not in new],
        "changed": changed,
    }


def _elements(bpmn: str) -> dict[str, Any]:
    """Everything of BPMN that has an id, without the drawing."""
    root = read_xml(bpmn.encode())
    return {node.get("id"): node for node in root.iter(f"{{{BPMN}}}*") if node.get("id") and node is not root}


def _shown(node: Any) -> dict[str, str]:
    return {"id": node.get("id"), "kind": etree.QName(node).localname, "name": node.get("name") or ""}


def _changes(old: Any, new: Any) -> list[dict[str, str | None]]:
    before, after = _parts(old), _parts(new)
    names = [*before, *[name for name in after if name not in before]]
    return [
        {"what": name, "before": before.get(name), "after": after.get(name)}
        for name in names
        if before.get(name) != after.get(name)
    ]


def _parts(node: Any) -> dict[str, str]:
    """The attributes and those children that are no elements of their own: conditions, forms, labels."""
    parts = {"kind": etree.QName(node).localname}
    parts.update({etree.QName(name).localname: value for name, value in node.attrib.items()})
    for child in node:
        if not isinstance(child.tag, str) or (child.tag.startswith(f"{{{BPMN}}}") and child.get("id")):
            continue
        name = etree.QName(child).localname
        parts[name] = parts.get(name, "") + _written(child)
    return parts


def _written(node: Any) -> str:
    """A part as text in which the order of attributes, blanks and prefixes do not count."""
    name = etree.QName(node).localname
    words = "".join(f' {etree.QName(key).localname}="{value}"' for key, value in sorted(node.attrib.items()))
    inner = (node.text or "").strip() + "".join(
        _written(child) for child in node if isinstance(child.tag, str)
    )
    return f"<{name}{words}>{inner}</{name}>" if inner else f"<{name}{words}/>"
