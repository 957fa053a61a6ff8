# SPDX-License-Identifier: Apache-2.0
"""CloudFormation in YAML: its short forms (!Ref, !Sub, …) as Python values, both ways."""
import yaml


class Ref(str):
    pass


class Sub(str):
    pass


class GetAtt(str):
    pass


class If(list):
    pass


NO_VALUE = Ref("AWS::NoValue")


class Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)


def _scalar(tag):
    return lambda dumper, value: dumper.represent_scalar(tag, str(value))


Dumper.add_representer(Ref, _scalar("!Ref"))
Dumper.add_representer(Sub, _scalar("!Sub"))
Dumper.add_representer(GetAtt, _scalar("!GetAtt"))
Dumper.add_representer(If, lambda dumper, value: dumper.represent_sequence("!If", list(value)))


def dump(value, indent=0):
    """Lines of YAML; `indent` spaces before each."""
    text = yaml.dump(value, Dumper=Dumper, sort_keys=False, default_flow_style=None, width=150, allow_unicode=True)
    return "".join(" " * indent + line if line.strip() else line for line in text.splitlines(True))


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # libyaml's, where it is there, is ten times as fast
    pass


def _short_form(loader, suffix, node):
    """!Sub x as {"Fn::Sub": x}, as CloudFormation itself reads it."""
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {"Ref" if suffix == "Ref" else "Condition" if suffix == "Condition" else "Fn::" + suffix: value}


Loader.add_multi_constructor("!", _short_form)
# A date in a policy is text.
Loader.yaml_implicit_resolvers = {first: [(tag, regex) for tag, regex in resolvers if tag != "tag:yaml.org,2002:timestamp"]
                                  for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader=Loader)
