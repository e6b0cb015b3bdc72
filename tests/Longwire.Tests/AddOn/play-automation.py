#!/usr/bin/env python3
"""Plays one automation as Home Assistant would, on a clock of its own, with Jinja itself for the templates.

In (JSON on stdin): the automation, with its inputs put in; the devices of entities; actions that fail; what happens, by the second: an
entity has a message of MQTT, or is unavailable, or the automation begins, with Home Assistant. Out: what it did and what failed, each with
its second. What this does not know is an error, not a guess.

As documented (home-assistant.io/docs: automation/trigger, automation/modes, configuration/templating, scripts), details as in Core's
sources of 2025 and 2026:
- A template trigger fires when its template turns from false to true; with "for" if it is true all that time. True at the beginning is
  no such turn. "from_state" and "to_state" are those of the change that turned it.
- An entity that is unavailable has none of its own attributes.
- A condition that is not met ends the sequence it stands in, an error ends all that it stands in; beside it in "parallel" the others go on.
- "variables" sets those that there are, also from within (since 2025.4).
- A value that there is none of is a warning in the log as soon as it is looked at. Here it is an error.
- "continue_on_error" lets a failed call pass, never a call that is wrong in itself: no such action, no such app.
"""
import ast
import heapq
import itertools
import json
import re
import sys

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment


class State:
    def __init__(self, state, attributes):
        self.state = state
        self.attributes = attributes


class ConditionNotMet(Exception):
    pass


class CallFailed(Exception):
    pass


class HomeAssistant:
    """States, and what templates ask of them."""

    def __init__(self, devices):
        self.states = {}
        self.devices = devices
        self.environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
        self.environment.globals.update(
            states=lambda entity: self.states[entity].state if entity in self.states else "unknown",
            is_state=lambda entity, state: entity in self.states and self.states[entity].state == state,
            state_attr=lambda entity, name: self.states[entity].attributes.get(name) if entity in self.states else None,
            device_attr=lambda entity, name: self.devices.get(entity, {}).get(name))
        self.environment.filters["slugify"] = lambda text: re.sub(r"[^a-z0-9]+", "_", str(text).lower()).strip("_")

    def render(self, value, variables):
        if isinstance(value, dict):
            return {key: self.render(inner, variables) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.render(inner, variables) for inner in value]
        if not isinstance(value, str) or ("{{" not in value and "{%" not in value):
            return value
        text = self.environment.from_string(value).render(variables).strip()
        try:
            return ast.literal_eval(text)  # What reads as a native type is one.
        except (ValueError, SyntaxError, TypeError):
            return text

    def heard(self, event):
        """What the MQTT integration makes of a message, or of there being nobody who sends any."""
        if event["what"] == "unavailable":
            return State("unavailable", {})
        told = {"value_json": json.loads(event["payload"])}
        value = self.environment.from_string(event["value_template"]).render(told)
        attributes = self.environment.from_string(event["attributes_template"]).render(told)
        return State({"ON": "on", "OFF": "off", "None": "unknown"}[value], json.loads(attributes))


def is_true(value):
    return value is True or (isinstance(value, str) and value.lower() in ("1", "true", "yes", "on", "enable"))


def seconds(duration):
    if isinstance(duration, str):
        hours, minutes, rest = duration.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + int(rest)
    return sum(duration.get(unit, 0) * each for unit, each in (("hours", 3600), ("minutes", 60), ("seconds", 1)))


class Automation:
    def __init__(self, config, home_assistant, failing):
        self.config, self.home_assistant, self.failing = config, home_assistant, failing
        self.now, self.done, self.failed = 0, [], []
        self.queue, self.order, self.run = [], itertools.count(), None
        self.variables = home_assistant.render(config.get("trigger_variables", {}), {})
        self.armed, self.pending = {}, {}

    def at(self, when, what):
        heapq.heappush(self.queue, (when, next(self.order), what))

    def play(self, until):
        while self.queue and self.queue[0][0] <= until:
            self.now, _, what = heapq.heappop(self.queue)
            what()

    def templates(self):
        return [(i, t) for i, t in enumerate(self.config["triggers"]) if t["trigger"] == "template"]

    def holds(self, trigger):
        return is_true(self.home_assistant.render(trigger["value_template"], self.variables))

    def begin(self):
        self.armed = {i: not self.holds(trigger) for i, trigger in self.templates()}
        for trigger in self.config["triggers"]:
            if trigger["trigger"] == "homeassistant" and trigger["event"] == "start":
                self.fire({"id": trigger.get("id"), "platform": "homeassistant", "event": "start"})
            elif trigger["trigger"] != "template":
                raise ValueError(f"an unknown trigger: {trigger}")

    def change(self, entity, new):
        old = self.home_assistant.states.get(entity)
        self.home_assistant.states[entity] = new
        for i, trigger in self.templates():
            now = self.holds(trigger)
            if not now:
                self.armed[i] = True
                self.pending.pop(i, None)
            elif self.armed.get(i):
                self.armed[i] = False
                told = {"id": trigger.get("id", str(i)), "platform": "template", "from_state": old, "to_state": new}
                self.pending[i] = told
                self.at(self.now + seconds(trigger.get("for", {})), lambda i=i, told=told: self.patience_is_over(i, told))

    def patience_is_over(self, i, told):
        if self.pending.get(i) is told:
            del self.pending[i]
            self.fire(told)

    def fire(self, trigger):
        if self.run is not None and self.config["mode"] != "restart":
            raise ValueError(f"an unknown mode: {self.config['mode']}")
        variables = {"trigger": trigger}
        for name, value in self.config.get("variables", {}).items():
            variables[name] = self.home_assistant.render(value, variables)
        self.run = self.sequence(self.config["actions"], variables)
        self.step(self.run)

    def step(self, run):
        if run is not self.run:
            return  # Another has begun since.
        try:
            self.at(self.now + next(run), lambda: self.step(run))
            return
        except (StopIteration, ConditionNotMet):
            pass
        except CallFailed as e:
            self.failed.append({"at": self.now, "what": str(e)})
        self.run = None

    # Each gives the seconds that it waits.
    def sequence(self, steps, variables):
        for step in steps:
            yield from self.action(step, variables)

    def action(self, step, variables):
        if "if" in step:
            met = all(self.is_met(condition, variables) for condition in step["if"])
            yield from self.inner(step["then"] if met else step.get("else", []), variables)
        elif "parallel" in step:
            yield from self.parallel([self.inner(branch["sequence"], variables) for branch in step["parallel"]])
        elif "delay" in step:
            yield seconds(self.home_assistant.render(step["delay"], variables))
        elif "variables" in step:
            for name, value in step["variables"].items():
                variables[name] = self.home_assistant.render(value, variables)
        elif "condition" in step:
            if not self.is_met(step, variables):
                raise ConditionNotMet()
        elif "action" in step:
            self.call(step, variables)
        else:
            raise ValueError(f"an unknown step: {step}")

    def inner(self, steps, variables):
        try:
            yield from self.sequence(steps, variables)
        except ConditionNotMet:
            pass

    def parallel(self, branches):
        waiting, first = [(self.now, i, branch) for i, branch in enumerate(branches)], None
        while waiting:
            when, i, branch = heapq.heappop(waiting)
            if when > self.now:
                yield when - self.now
            try:
                heapq.heappush(waiting, (self.now + next(branch), i, branch))
            except StopIteration:
                pass
            except CallFailed as e:
                first = first or e
        if first:
            raise first

    def is_met(self, condition, variables):
        if condition["condition"] == "trigger":
            return variables["trigger"]["id"] == condition["id"]
        if condition["condition"] == "template":
            return is_true(self.home_assistant.render(condition["value_template"], variables))
        raise ValueError(f"an unknown condition: {condition}")

    def call(self, step, variables):
        call = {"at": self.now, "action": step["action"], "data": self.home_assistant.render(step.get("data", {}), variables)}
        failure = self.failing.get(step["action"])
        if failure is None:
            self.done.append(call)
        elif failure == "wrong" or not step.get("continue_on_error"):
            raise CallFailed(f"{step['action']}: {failure}")


def main():
    told = json.load(sys.stdin)
    home_assistant = HomeAssistant(told["devices"])
    automation = Automation(told["automation"], home_assistant, told["failing"])
    for event in told["story"]:
        if event["what"] == "begin":
            automation.at(event["at"], automation.begin)
        else:
            automation.at(event["at"], lambda event=event: automation.change(event["entity"], home_assistant.heard(event)))
    automation.play(told["until"])
    json.dump({"done": automation.done, "failed": automation.failed}, sys.stdout)


main()
