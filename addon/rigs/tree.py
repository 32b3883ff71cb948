"""The hierarchy of a rig at rest, prepared for many quick questions."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np

from ..retarget.rig import Floats, RigRest


class Tree:
    """Bones by index. Cycles, which no armature can hold but a file can claim, are cut where they close."""

    def __init__(self, rest: RigRest) -> None:
        self.rest = rest
        self.heads: Floats = rest.heads
        self.count = len(rest.names)
        self.parents = self._acyclic([int(parent) for parent in rest.parents])
        self.children: list[list[int]] = [[] for _ in range(self.count)]
        self.roots: list[int] = []
        for bone, parent in enumerate(self.parents):
            (self.children[parent] if parent >= 0 else self.roots).append(bone)

    def _acyclic(self, parents: list[int]) -> list[int]:
        done = [False] * self.count
        for start in range(self.count):
            trail: set[int] = set()
            bone = start
            while bone >= 0 and not done[bone]:
                trail.add(bone)
                if parents[bone] in trail or parents[bone] >= self.count:
                    parents[bone] = -1
                bone = parents[bone]
            for bone in trail:
                done[bone] = True
        return parents

    @cached_property
    def order(self) -> list[int]:
        """Every bone, parents before children, each subtree in one piece."""
        order: list[int] = []
        waiting = self.roots[::-1]
        while waiting:
            order.append(waiting.pop())
            waiting += self.children[order[-1]][::-1]
        return order

    @cached_property
    def _spans(self) -> tuple[list[int], list[int]]:
        """For each bone its place in `order` and where its subtree ends."""
        start = [0] * self.count
        end = [0] * self.count
        for place, bone in enumerate(self.order):
            start[bone] = place
        for bone in reversed(self.order):
            end[bone] = max([start[bone] + 1, *(end[child] for child in self.children[bone])])
        return start, end

    @cached_property
    def idle(self) -> list[bool]:
        """Whether no mesh follows the bone or anything that hangs on it, though meshes follow others."""
        skinned = self.rest.skinned
        if skinned is None or not skinned.any():
            return [False] * self.count
        carries = [bool(follows) for follows in skinned]
        for bone in reversed(self.order):
            carries[bone] = carries[bone] or any(carries[child] for child in self.children[bone])
        return [not moves for moves in carries]

    @cached_property
    def depth(self) -> list[int]:
        depth = [0] * self.count
        for bone in self.order:
            if self.parents[bone] >= 0:
                depth[bone] = depth[self.parents[bone]] + 1
        return depth

    def carries(self, above: int, below: int) -> bool:
        """Whether `below` hangs, however indirectly, on `above`; no bone hangs on itself."""
        start, end = self._spans
        return above != below and start[above] <= start[below] < end[above]

    def below(self, bone: int) -> list[int]:
        """All that hangs on the bone, nearest first within each branch."""
        start, end = self._spans
        return self.order[start[bone] + 1 : end[bone]]

    def above(self, bone: int) -> list[int]:
        """The bone's parent, its parent ... up to the root."""
        found: list[int] = []
        while (bone := self.parents[bone]) >= 0:
            found.append(bone)
        return found

    def root(self, bone: int) -> int:
        """The topmost bone that carries the bone, or the bone itself."""
        return self._tops[bone]

    @cached_property
    def _tops(self) -> list[int]:
        tops = list(range(self.count))
        for bone in self.order:
            tops[bone] = tops[self.parents[bone]] if self.parents[bone] >= 0 else bone
        return tops

    def path(self, above: int, below: int) -> list[int]:
        """From `above` down to `below`, both included; empty when the one does not carry the other."""
        if above != below and not self.carries(above, below):
            return []
        chain = [below]
        while chain[-1] != above:
            chain.append(self.parents[chain[-1]])
        return chain[::-1]

    def common(self, bones: Iterable[int]) -> int | None:
        """The nearest bone that is or carries all of the given ones."""
        first, *others = bones
        for candidate in (first, *self.above(first)):
            if all(candidate == other or self.carries(candidate, other) for other in others):
                return candidate
        return None

    def gap(self, a: int, b: int) -> float:
        """Distance between two heads."""
        return float(np.linalg.norm(self.heads[a] - self.heads[b]))

    def reach(self, bone: int) -> float:
        """How far the farthest head below the bone lies along the hierarchy."""
        return self._reaches[bone]

    @cached_property
    def _reaches(self) -> list[float]:
        reaches = [0.0] * self.count
        lengths = self.lengths
        for bone in reversed(self.order):
            for child in self.children[bone]:
                reaches[bone] = max(reaches[bone], lengths[child] + reaches[child])
        return reaches

    @cached_property
    def deepest(self) -> list[int]:
        """How many bones the longest chain from each bone outwards has, itself included."""
        found = [1] * self.count
        for bone in reversed(self.order):
            for child in self.children[bone]:
                found[bone] = max(found[bone], 1 + found[child])
        return found

    @cached_property
    def lengths(self) -> Floats:
        """[N] from the parent's head to the bone's own; 0 for roots."""
        parents = np.array(self.parents, dtype=np.int64)
        ways = self.heads - self.heads[np.maximum(parents, 0)]
        return np.where(parents < 0, 0.0, np.linalg.norm(ways, axis=1)) if self.count else np.zeros(0)
