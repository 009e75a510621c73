import type { Operation } from './contestants/operations.ts';

/** One thing to measure of every contestant. */
export type Cell = { operation: Operation; connections: number };

export type Plan = {
  users: number;
  /** Seconds of load on each contestant before anything is measured. */
  warmUp: number;
  /** Seconds of one measurement. Short and often rather than long and seldom: what disturbs the machine comes in gusts. */
  seconds: number;
  /** For each added database latency, in milliseconds, what is measured how often. */
  stages: Array<{ latency: number; rounds: number; cells: Cell[] }>;
};

const WIDTHS = [1, 16, 128];
/** The width at which the targets are judged, and mutations measured. */
export const USUAL_WIDTH = 16;
/** Milliseconds that the proxy adds to a database round trip. */
export const ADDED_LATENCY = 2;

const mutation: Cell = { operation: 'mutation', connections: USUAL_WIDTH };
const allCells: Cell[] = [
  ...WIDTHS.map((connections) => ({ operation: 'read' as const, connections })),
  mutation,
];
const usualCells: Cell[] = [{ operation: 'read', connections: USUAL_WIDTH }, mutation];

/** All of it, in ten minutes on two cores. */
export const FULL_PLAN: Plan = {
  users: 10_000,
  warmUp: 4,
  seconds: 0.8,
  stages: [
    { latency: 0, rounds: 10, cells: allCells },
    { latency: ADDED_LATENCY, rounds: 5, cells: allCells },
  ],
};

/** A first impression in a minute and a half. */
export const QUICK_PLAN: Plan = {
  users: 1_000,
  warmUp: 1.5,
  seconds: 0.6,
  stages: [
    { latency: 0, rounds: 2, cells: usualCells },
    { latency: ADDED_LATENCY, rounds: 1, cells: usualCells },
  ],
};
