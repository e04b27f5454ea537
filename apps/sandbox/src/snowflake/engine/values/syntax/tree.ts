import type { TextPlace } from "../problem.ts";
import type { Token } from "../tokens.ts";
import type { SqlType } from "../types.ts";

/** A step of `v:a."b"[0]`. */
export type PathStep = { readonly key: string } | { readonly index: Expression };

/** A column by its name, with what stands before it. */
export interface ColumnExpression {
  readonly kind: "column";
  readonly parts: readonly string[];
  readonly at: TextPlace;
}

/** A function and its arguments. */
export interface CallExpression {
  readonly kind: "call";
  readonly name: string;
  readonly args: readonly Expression[];
  readonly at: TextPlace;
  /** Whether the argument is `*`. */
  readonly isStar: boolean;
  readonly isDistinct: boolean;
  /** WITHIN GROUP (ORDER BY …). */
  readonly within?: readonly OrderItem[];
  readonly over?: WindowSpec;
  readonly ignoresNulls?: boolean;
}

/** An operator between two operands. */
export interface OperationExpression {
  readonly kind: "operation";
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
  readonly at: TextPlace;
}

/** LIKE and its kin. */
export interface LikeExpression {
  readonly kind: "like";
  readonly operator: "LIKE" | "ILIKE" | "RLIKE";
  readonly operand: Expression;
  readonly patterns: readonly Expression[];
  readonly quantifier?: "ANY" | "ALL";
  readonly escape?: Expression;
  readonly isNegated: boolean;
}

/** CASE. */
export interface CaseExpression {
  readonly kind: "case";
  readonly operand?: Expression;
  readonly branches: readonly { readonly condition: Expression; readonly result: Expression }[];
  readonly otherwise?: Expression;
}

export type Expression =
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "null" }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "interval"; readonly value: string; readonly at: TextPlace }
  | ColumnExpression
  | {
      readonly kind: "position";
      readonly index: number;
      readonly parts: readonly string[];
      readonly at: TextPlace;
    }
  | { readonly kind: "variable"; readonly name: string; readonly at: TextPlace }
  | { readonly kind: "bind"; readonly index: number; readonly at: TextPlace }
  | {
      readonly kind: "path";
      readonly base: Expression;
      readonly steps: readonly PathStep[];
      readonly at: TextPlace;
    }
  | CallExpression
  | { readonly kind: "cast"; readonly operand: Expression; readonly type: SqlType; readonly isTry: boolean }
  | OperationExpression
  | { readonly kind: "minus"; readonly operand: Expression }
  | { readonly kind: "not"; readonly operand: Expression }
  | { readonly kind: "isNull"; readonly operand: Expression; readonly isNegated: boolean }
  | {
      readonly kind: "isBoolean";
      readonly operand: Expression;
      readonly value: boolean;
      readonly isNegated: boolean;
    }
  | {
      readonly kind: "isDistinct";
      readonly left: Expression;
      readonly right: Expression;
      readonly isNegated: boolean;
    }
  | {
      readonly kind: "in";
      readonly operand: Expression;
      readonly values: readonly Expression[] | Query;
      readonly isNegated: boolean;
    }
  | {
      readonly kind: "between";
      readonly operand: Expression;
      readonly low: Expression;
      readonly high: Expression;
      readonly isNegated: boolean;
    }
  | LikeExpression
  | CaseExpression
  | { readonly kind: "exists"; readonly query: Query }
  | { readonly kind: "subquery"; readonly query: Query }
  | { readonly kind: "tuple"; readonly items: readonly Expression[] };

/** What follows OVER. */
export interface WindowSpec {
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  /** ROWS or RANGE BETWEEN …, in words that DuckDB shares. */
  readonly frame?: string;
}

/** A sort key. */
export interface OrderItem {
  readonly expression: Expression;
  readonly isDescending: boolean;
  readonly nulls?: "FIRST" | "LAST";
}

/** An item between SELECT and FROM. */
export type SelectItem =
  | {
      readonly kind: "expression";
      readonly expression: Expression;
      readonly name: string;
      readonly isNamed: boolean;
    }
  | {
      readonly kind: "star";
      readonly parts: readonly string[];
      readonly excluded: readonly string[];
      readonly at: TextPlace;
    };

/** A table's alias. */
export interface Alias {
  readonly name: string;
  readonly columns: readonly string[];
}

/** Something between FROM and WHERE. */
export type FromItem =
  | { readonly kind: "table"; readonly parts: readonly string[]; readonly alias?: Alias }
  | {
      readonly kind: "stage";
      readonly stage: Token;
      readonly options: readonly Token[];
      readonly alias?: Alias;
    }
  | { readonly kind: "query"; readonly query: Query; readonly alias?: Alias }
  | { readonly kind: "generator"; readonly rows: number; readonly alias?: Alias }
  | {
      readonly kind: "join";
      readonly join: "INNER" | "LEFT" | "RIGHT" | "FULL" | "CROSS";
      readonly left: FromItem;
      readonly right: FromItem;
      readonly on?: Expression;
      readonly using?: readonly string[];
    };

/** One SELECT. */
export interface Select {
  readonly kind: "select";
  readonly isDistinct: boolean;
  readonly items: readonly SelectItem[];
  readonly from?: FromItem;
  readonly where?: Expression;
  readonly groupBy: readonly Expression[] | "ALL";
  readonly having?: Expression;
  readonly qualify?: Expression;
}

/** What a query's rows come from. */
export type QueryBody =
  | Select
  | { readonly kind: "values"; readonly rows: readonly (readonly Expression[])[] }
  | { readonly kind: "set"; readonly operator: string; readonly left: QueryBody; readonly right: QueryBody }
  | { readonly kind: "nested"; readonly query: Query };

/** A query with what stands before and after its rows. */
export interface Query {
  readonly with: readonly {
    readonly name: string;
    readonly columns: readonly string[];
    readonly query: Query;
  }[];
  readonly body: QueryBody;
  readonly orderBy: readonly OrderItem[];
  readonly limit?: Expression;
  readonly offset?: Expression;
}
