import type { Server } from 'node:http';

/** What a contestant's server is started with. */
export type ContestantSettings = {
  /** For contestants whose policies hold: the role that servers log in as. */
  authenticatorUrl: string;
  /** For contestants that write their own `where`: the role for which no policy holds. */
  ownerUrl: string;
  /** The user that contestants without a session answer as. */
  constantUserId: string;
};

/** Builds a contestant's server without listening, ready to answer. */
export type StartContestant = (settings: ContestantSettings) => Promise<Server>;

/** The size of the pool of every contestant. */
export const POOL_SIZE = 10;

/** Signs cookies; every contestant that needs a secret has this one. */
export const SECRET = 'b3f1c0de5a7e4d2f9c8b7a6958473625140f1e2d3c4b5a69';
