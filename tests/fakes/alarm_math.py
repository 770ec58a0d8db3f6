"""What CloudWatch makes of a metric-math expression in one period, and of a composite alarm's rule.

Only what the template uses: sums, products, `>=` (1 or 0), `FILL`; `ALARM`, `AND`, `OR`, `NOT`.
Source: AWS, CloudWatch User Guide, "Using math expressions with CloudWatch metrics" and "Create a composite
alarm".
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping, Set


def value(expression: str, metrics: Mapping[str, float | None]) -> float | None:
    """The expression's value, for metrics by their ids; None is a period without data, of either."""

    def of(node: ast.expr) -> float | None:
        match node:
            case ast.Constant(value=int() | float() as number):
                return number
            case ast.Name(id=name):
                return metrics[name]
            case ast.Call(func=ast.Name(id="FILL"), args=[filled, otherwise]):
                found = of(filled)
                return of(otherwise) if found is None else found
            case ast.BinOp(left=left, op=op, right=right):
                one, other = of(left), of(right)
                return None if one is None or other is None else _OPERATORS[type(op)](one, other)
            case ast.Compare(left=left, ops=[ast.GtE()], comparators=[right]):
                one, other = of(left), of(right)
                return None if one is None or other is None else float(one >= other)
        raise NotImplementedError(ast.unparse(node))

    return of(ast.parse(expression, mode="eval").body)


_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def holds(rule: str, in_alarm: Set[str]) -> bool:
    """Whether a composite alarm's rule holds while these alarms are in ALARM."""

    def of(node: ast.expr) -> bool:
        match node:
            case ast.Call(func=ast.Name(id="ALARM"), args=[ast.Constant(value=str(name))]):
                return name in in_alarm
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return not of(operand)
            case ast.BoolOp(op=ast.And(), values=parts):
                return all(map(of, parts))
            case ast.BoolOp(op=ast.Or(), values=parts):
                return any(map(of, parts))
        raise NotImplementedError(ast.unparse(node))

    return of(ast.parse(re.sub(r"\b(AND|OR|NOT)\b", lambda word: word[0].lower(), rule), mode="eval").body)
