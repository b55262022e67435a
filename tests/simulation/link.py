"""A service's database in memory: SQLAlchemy statements run directly over `sqlite3`.

SQLAlchemy's own connection does much work per statement (pools, events, cursors), which costs ten times the query.
SQLAlchemy still compiles the statements and converts the values, by calls that it does not publish.
"""
# ruff: noqa: SLF001

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, Final, TypeVar

from sqlalchemy import MetaData
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateIndex, CreateTable

T = TypeVar("T")
DIALECT: Final = sqlite.dialect(paramstyle="qmark")  # type: ignore[no-untyped-call]
_COMPILED: Final[dict[Any, Any]] = {}
_ROWS: Final[dict[Any, Any]] = {}
_PLANS: Final[dict[Any, Any]] = {}


class Result:
    """The part of SQLAlchemy's result that is used."""

    def __init__(self, cursor: sqlite3.Cursor, rows: Sequence[Any]) -> None:
        self.cursor, self._rows, self.rowcount = self, rows, cursor.rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> Sequence[Any]:
        return self._rows

    def fetchall(self) -> Sequence[Any]:
        return self._rows

    def first(self) -> Any:
        return self._rows[0] if self._rows else None

    one_or_none = fetchone = first

    def one(self) -> Any:
        [row] = self._rows
        return row

    def scalar(self) -> Any:
        return self._rows[0][0] if self._rows else None

    def scalar_one(self) -> Any:
        return self.one()[0]

    scalar_one_or_none = scalar

    def scalars(self) -> "Result":
        self._rows = [row[0] for row in self._rows]
        return self

    def close(self) -> None:
        """Nothing to close."""

    def mappings(self) -> "Result":
        self._rows = [row._asdict() for row in self._rows]
        return self


class Link:
    """The part of `sqlalchemy.Connection` that is used."""

    dialect: Any = DIALECT

    def __init__(self, metadata: MetaData) -> None:
        self._raw = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False, cached_statements=2_000)
        self.connection, self.driver_connection = self, self._raw  # for callers that use the sqlite3 connection itself
        for table in metadata.sorted_tables:
            self._raw.execute(str(CreateTable(table).compile(dialect=DIALECT)))
            for index in sorted(table.indexes, key=lambda index: str(index.name)):
                self._raw.execute(str(CreateIndex(index).compile(dialect=DIALECT)))
        self._emptied = [f'delete from "{table.name}"' for table in reversed(metadata.sorted_tables)]

    def clear(self) -> None:
        """Empty every table."""
        for statement in self._emptied:
            self._raw.execute(statement)

    def act(self, function: Callable[[Any], T]) -> T:
        """Run `function` in a transaction: all that it wrote is kept, or nothing."""
        self._raw.execute("begin")
        try:
            result = function(self)
        except BaseException:
            self._raw.execute("rollback")
            raise
        self._raw.execute("commit")
        return result

    def look(self, function: Callable[[Any], T]) -> T:
        """Run `function`, which writes nothing."""
        return function(self)

    def execute(self, statement: Any, parameters: Any = None) -> Result:
        many = isinstance(parameters, list)
        if (plan := _plan(statement, parameters)) is not None:
            sql, values, row = plan
            if many and len(parameters) > 1:
                cursor = self._run(self._raw.executemany, sql, [values(each) for each in parameters])
            else:
                cursor = self._run(self._raw.execute, sql, values((parameters[0] if many else parameters) or {}))
            return Result(cursor, [*map(row, cursor)] if cursor.description else ())
        sets: Sequence[Mapping[str, Any]] = parameters if many else [parameters or {}]
        compiled, extracted, collected, _ = statement._compile_w_cache(
            DIALECT, compiled_cache=_COMPILED, column_keys=sorted(sets[0]), for_executemany=len(sets) > 1
        )
        given = [_values(compiled, each, extracted, collected) for each in sets]
        if len(given) == 1:
            sql, values = given[0]
            cursor = self._run(self._raw.execute, sql, values)
        else:
            cursor = self._run(self._raw.executemany, given[0][0], [values for _, values in given])
        return Result(cursor, [_row(compiled)(each) for each in cursor] if cursor.description else ())

    def exec_driver_sql(self, statement: str, parameters: Any = ()) -> Result:
        if isinstance(parameters, list):
            return Result(self._run(self._raw.executemany, statement, parameters), ())
        cursor = self._run(self._raw.execute, statement, parameters)
        return Result(cursor, cursor.fetchall())

    @staticmethod
    def _run(run: Callable[[str, Any], sqlite3.Cursor], statement: str, values: Any) -> sqlite3.Cursor:
        try:
            return run(statement, values)
        except sqlite3.IntegrityError as error:
            raise IntegrityError(statement, values, error) from error


def _plan(statement: Any, parameters: Any) -> Any:
    """The cached plan of a statement that was run before with the same names and list lengths: its text, how its values
    are found, how a row is made. None for a new statement.
    """
    if "_generate_cache_key" not in statement.__dict__:  # SQLAlchemy sets it at the first run
        return None
    many = isinstance(parameters, list)
    first = parameters[0] if many else parameters or {}
    known = _PLANS.get((id(statement), many and len(parameters) > 1, *first))
    if known is None:
        lists = [name for name, value in first.items() if isinstance(value, list)]
        known = _PLANS[id(statement), many and len(parameters) > 1, *first] = statement, lists, {}
    _, lists, plans = known
    lengths = tuple([len(first[name]) for name in lists])
    plan = plans.get(lengths)
    if plan is None:
        plan = plans[lengths] = _planned(statement, first, many=many and len(parameters) > 1)
    return plan


def _planned(statement: Any, given: Mapping[str, Any], *, many: bool) -> Any:
    # Not from the cache, which holds another statement of this shape with other values.
    compiled, *_ = statement._compile_w_cache(
        DIALECT, compiled_cache=None, column_keys=sorted(given), for_executemany=many
    )
    sql, order, change = compiled.string, compiled.positiontup, compiled._bind_processors
    spread: dict[str, tuple[str, int]] = {}
    if compiled.literal_execute_params or compiled.post_compile_params:
        named = compiled.construct_params(given, escape_names=False)
        expanded = compiled._process_parameters_for_postcompile(named)
        sql, order, change = expanded.statement, expanded.positiontup, {**change, **expanded.processors}
        spread = {each: (name, n) for name, all_ in expanded.parameter_expansion.items() for n, each in enumerate(all_)}
    places = [(compiled.binds[spread.get(name, (name, 0))[0]], name) for name in order]
    row = _row(compiled) if compiled._result_columns else tuple
    if not change and not spread and len(order) > 1 and all(bind.key in given for bind, _ in places):
        return sql, itemgetter(*[bind.key for bind, _ in places]), row
    finders = [_finder(compiled, *spread.get(name, (name, None)), change.get(name)) for name in order]
    return sql, lambda given: [find(given) for find in finders], row


def _finder(compiled: Any, name: str, place: int | None, change: Any) -> Callable[[Mapping[str, Any]], Any]:
    """A function that finds one value in the parameters and converts it for the driver. `place`: index in a list."""
    bind = compiled.binds[name]
    key, value = bind.key, bind.effective_value
    if place is not None:
        return lambda given: _as_is(given.get(key, value)[place], change)
    if change is None:
        return lambda given: given.get(key, value)
    return lambda given: change(given.get(key, value))


def _as_is(value: Any, change: Callable[[Any], Any] | None) -> Any:
    return value if change is None else change(value)


def _values(compiled: Any, given: Mapping[str, Any], extracted: Any, collected: Any) -> tuple[str, list[Any]]:
    """The statement to run and its values in order."""
    named = compiled.construct_params(
        given, extracted_parameters=extracted, escape_names=False, _collected_params=collected
    )
    sql, order, change = compiled.string, compiled.positiontup, compiled._bind_processors
    if compiled.literal_execute_params or compiled.post_compile_params:
        expanded = compiled._process_parameters_for_postcompile(named)
        sql, order, change = expanded.statement, expanded.positiontup, {**change, **expanded.processors}
    return sql, [change[name](named[name]) if name in change else named[name] for name in order]


def _row(compiled: Any) -> Callable[[Any], Any]:
    """A function that makes a row from the driver's tuple."""
    found = _ROWS.get(compiled)
    if found is None:
        columns = compiled._result_columns
        made = namedtuple("Row", [column.keyname for column in columns])  # type: ignore[misc]  # noqa: PYI024
        read = [column.type._cached_result_processor(DIALECT, None) for column in columns]
        changing = [(place, change) for place, change in enumerate(read) if change is not None]
        found = _ROWS[compiled] = _reader(made._make, changing)
    return found  # type: ignore[no-any-return]


def _reader(make: Callable[[Any], Any], changing: Sequence[tuple[int, Any]]) -> Callable[[Any], Any]:
    if not changing:
        return make

    def read(raw: Any) -> Any:
        values = list(raw)
        for place, change in changing:
            values[place] = change(values[place])
        return make(values)

    return read


@cache
def disk(service: str, metadata: MetaData) -> Link:
    """One service's database, which outlives the service's processes. It is made once per Python process and emptied
    for each run, because making tables costs more than a run.
    """
    assert service
    return Link(metadata)
