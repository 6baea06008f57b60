"""Elements, builders and parsers of xml.etree that two threads share."""

import copy
import time
import xml.etree.ElementTree as ET

import _elementtree
from racing import case, main, refill, revalue

number = time.perf_counter_ns


def each(many, function):
    def part():
        for one in many:
            function(one)

    return part


@case("_elementtree.c element_get_attrib attrib", loops=1)
def attrib_lazy():
    many = [ET.Element("a") for _ in range(50)]
    for one in many:
        one.append(ET.Element("b"))
    return each(many, lambda one: one.attrib)


@case(
    "_elementtree.c element_add_subelement length",
    "_elementtree.c element_get_text,element_text_setter text",
)
def element():
    one = ET.Element("a")

    def change():
        one.text = f"text {number()}"
        one.append(ET.Element("b"))
        one.clear()

    return change, lambda: (one.text, one.tail, one.append(ET.Element("b")))


@case("_elementtree.c deepcopy PyDict_Next")
def deepcopy():
    one = ET.Element("a", {"key": "value"})

    def change():
        one.set("key", f"value {number()}")
        one.set(f"key {number() % 50}", "value")

    return lambda: copy.deepcopy(one), change


@case("_elementtree.c element_setstate_from_attributes children")
def setstate():
    def make():
        return ET.Element("b")

    items = [make() for _ in range(10)]
    state = {"tag": "a", "_children": items, "attrib": {}, "text": None, "tail": None}
    return lambda: ET.Element("a").__setstate__(state), refill(items, make, 10)


@case("_elementtree.c _elementtree_Element_extend_impl seq")
def extend():
    def make():
        return ET.Element("b")

    items = [make() for _ in range(10)]
    return lambda: ET.Element("a").extend(items), refill(items, make, 10)


@case("_elementtree.c element_ass_subscr seq")
def assign_slice():
    def make():
        return ET.Element("b")

    items = [make() for _ in range(10)]

    def use():
        one = ET.Element("a")
        one[:] = items

    return use, refill(items, make, 10)


@case("_elementtree.c _elementtree_Element_get_impl PyDict_GetItemWithError")
def get():
    one = ET.Element("a", {"key": "value"})

    def make():
        return f"value {number()}"

    get = lambda: [one.get("key") for _ in range(20)]
    return get, get, revalue(one.attrib, "key", make)


@case(
    "_elementtree.c parent_stack_push_new,elementiter_next parent_stack",
    "_elementtree.c elementiter_next root_element",
    loops=1,
)
def iterate():
    root = top = ET.Element("a")
    for _ in range(200):
        root = ET.SubElement(root, "b")
    it = top.iter()
    return lambda: list(it)


@case("_elementtree.c _elementtree__set_factories_impl comment_factory")
def factories():
    def use():
        _elementtree._set_factories(lambda: number(), lambda: number())
        _elementtree._set_factories(None, None)

    return use


@case(
    "_elementtree.c treebuilder_handle_data,treebuilder_flush_data self->data",
    "_elementtree.c treebuilder_handle_end,treebuilder_handle_start self->last",
    "_elementtree.c treebuilder_handle_end self->stack",
    loops=20,
)
def builder():
    one = _elementtree.TreeBuilder()
    one.start("root", {})

    def use():
        one.start("a", {})
        one.data(f"text {number()}")
        one.data(f"text {number()}")
        one.end("a")

    return use


@case("_elementtree.c treebuilder_handle_data PyBytes_AS_STRING", loops=20)
def builder_bytes():
    one = _elementtree.TreeBuilder()
    one.start("root", {})
    one.data(bytes([65, 66, 67]))
    return lambda: one.data(b"a")


@case("_elementtree.c makeuniversal names", loops=20, quiet="nothing takes a name out of the dictionary")
def names():
    one = ET.XMLParser()
    one.feed("<root>")

    def use():
        one.feed(f"<a{number() % 50} b='c'></a>")

    return use


@case("_elementtree.c expat_default_handler value")
def entity():
    one = ET.XMLParser()
    one.feed("<!DOCTYPE root SYSTEM 'a.dtd'><root>")
    one.entity["name"] = "text"

    def make():
        return f"value {number()}"

    return lambda: one.feed("&name;"), revalue(one.entity, "name", make)


@case("_elementtree.c _elementtree_XMLParser__setevents_impl events_seq")
def events():
    def make():
        return ["start", "end", "comment"][number() % 3]

    items = [make() for _ in range(5)]
    return lambda: ET.XMLParser()._setevents([], items), refill(items, make, 5)


if __name__ == "__main__":
    main()
