// What the dashboard uses of D3, and only what is spelled alike in D3 5 (Debian) and D3 7 (npm). In D3 5, `line(x, y)`
// ignores its arguments; declared here is the form without them, so the compiler keeps us from the other.
declare module "d3-scale" {
  export interface ScaleLinear {
    (value: number): number;
    domain(values: readonly number[]): ScaleLinear;
    range(values: readonly number[]): ScaleLinear;
    clamp(on: boolean): ScaleLinear;
    nice(count?: number): ScaleLinear;
    ticks(count?: number): number[];
    domain(): number[];
  }
  export interface ScaleUtc {
    (value: Date | number): number;
    domain(values: readonly (Date | number)[]): ScaleUtc;
    range(values: readonly number[]): ScaleUtc;
    clamp(on: boolean): ScaleUtc;
    ticks(count?: number): Date[];
    invert(position: number): Date;
  }
  export function scaleLinear(): ScaleLinear;
  export function scaleUtc(): ScaleUtc;
}

declare module "d3-shape" {
  export interface Curve {
    readonly curve?: never;
  }
  export interface Line<Datum> {
    (data: readonly Datum[]): string | null;
    x(of: (datum: Datum, index: number) => number): Line<Datum>;
    y(of: (datum: Datum, index: number) => number): Line<Datum>;
    curve(curve: Curve): Line<Datum>;
  }
  export interface Area<Datum> {
    (data: readonly Datum[]): string | null;
    x(of: (datum: Datum, index: number) => number): Area<Datum>;
    y0(of: number): Area<Datum>;
    y1(of: (datum: Datum, index: number) => number): Area<Datum>;
    curve(curve: Curve): Area<Datum>;
  }
  export function line<Datum>(): Line<Datum>;
  export function area<Datum>(): Area<Datum>;
  export const curveMonotoneX: Curve;
  export const curveStepAfter: Curve;
}

declare module "d3-array" {
  export function max(values: readonly number[]): number | undefined;
  export function sum(values: readonly number[]): number;
  export function bisector<Datum>(of: (datum: Datum) => number): {
    center(data: readonly Datum[], value: number): number;
  };
}

declare module "d3-time-format" {
  export function utcFormat(pattern: string): (date: Date) => string;
}
