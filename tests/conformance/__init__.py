"""What is accepted runs right: the engine from outside, by its diagrams.

By example, every row of docs/bpmn-support.md alone and with the others:

- `scenarios/`: one family a module; a scenario is a diagram, what is done to it, and what must be seen.
  `refused` lists what must not be published, `traps` what the library under us gets wrong, by name.
- `pairs/`: a table of one element inside or beside another; `nesting` makes part of it, each of some
  fragments in each of some surroundings.
- `sketch` draws them, `scenario` reads their scripts, `runs` plays them, `schedules` plays them in any order.
- `test_scenarios`, `test_pairs`: straight, saved and loaded at every step, and under random schedules.
- `test_size_and_age`: large and old cases are right, and cost no more for each step than small and new ones.

By chance:

- `growing` makes random sound processes of `blocks`, `drawing` writes them as files, `game` is a token game
  that knows nothing of the engine, `playing` compares the two, `shrinking` makes a difference small.
- `test_differential`: the engine and the game agree; `test_schedules`: cases beside each other, in turn and in
  threads, go as if alone; `test_unsound`: what the lint accepts of spoilt diagrams really is sound."""
