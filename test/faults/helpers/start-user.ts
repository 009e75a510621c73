import { setTimeout as delay } from 'node:timers/promises';
import type { GraphqlAnswer, HttpClient } from '../../helpers/http-client.ts';
import { CREATE_NOTE } from './notes.ts';
import type { Tally } from './tally.ts';

const WHO = '{ currentUser { username } currentSession { rowId } }';
const ALL = '{ notes: rowgateTestNotes(first: 100) { nodes { body } } }';

export type User = Awaited<ReturnType<typeof startUser>>;

/**
 * Somebody who reads, writes, and logs in and out without a pause, and checks every answer: it has to be theirs, or to
 * say what is away. Ends when `stopping` is aborted.
 *
 * @param sessionChanges which share of the steps is a login or a logout, from 0 to 1
 */
export async function startUser(
  newClient: () => HttpClient,
  tally: Tally,
  stopping: AbortSignal,
  sessionChanges: number,
) {
  const client = newClient();
  const account = await client.register();
  const { username } = account;
  /** Every note that was sent, and those of them whose creation was acknowledged. */
  const attempted = new Set<string>();
  const acknowledged = new Set<string>();
  let sessionId: string | null = account.sessionId;
  /** After a login or a logout without an answer that says what became of it. */
  let isUncertain = false;

  const wrong = (asked: string, { response }: GraphqlAnswer) =>
    tally.wrong.push(`${asked} by ${username}: ${response.text}`);
  /** Sends something that must be answered as the user, or, when that is uncertain, as nobody. */
  async function send(asked: string, query: string, variables?: Record<string, unknown>) {
    const hadCookie = client.cookies.has('rowgate');
    const allowed = isUncertain ? ['UNAUTHENTICATED'] : [];
    const answer = await tally.count(asked, client.graphql(query, variables), allowed);
    return { answer, isNobody: !hadCookie };
  }

  async function askWho(): Promise<boolean> {
    const { answer, isNobody } = await send('who', WHO);
    if (!answer) return false;
    const { currentUser, currentSession } = answer.data;
    const isMine = currentUser?.username === username && (isUncertain || currentSession?.rowId === sessionId);
    const isNull = currentUser === null && currentSession === null;
    if (isNobody ? !isNull : !isMine) wrong('who', answer);
    return true;
  }

  async function readNotes(): Promise<boolean> {
    const { answer, isNobody } = await send('notes', ALL);
    if (!answer) return false;
    const bodies: string[] = answer.data.notes.nodes.map(({ body }: { body: string }) => body);
    if (isNobody || bodies.some((body) => !attempted.has(body))) wrong('notes', answer);
    if (bodies.length < Math.min(acknowledged.size, 100)) wrong('too few notes', answer);
    return true;
  }

  async function write(): Promise<boolean> {
    const body = `${username} ${attempted.size}`;
    attempted.add(body);
    const { answer, isNobody } = await send('write', CREATE_NOTE, { body });
    if (!answer) return false;
    if (isNobody || answer.data.createNote.note.body !== body) wrong('write', answer);
    acknowledged.add(body);
    return true;
  }

  async function login(): Promise<boolean> {
    const allowed = isUncertain ? ['UNAUTHENTICATED'] : [];
    isUncertain = true;
    const answer = await tally.count('login', client.login(username, account.password), allowed);
    if (!answer) return false;
    const { result } = answer.data.login;
    if (result.user.username !== username || !client.cookies.has('rowgate')) wrong('login', answer);
    sessionId = result.rowId;
    isUncertain = false;
    return true;
  }

  /** Logs out, and finds that the cookie of before is worth nothing. */
  async function logout(): Promise<boolean> {
    const thief = newClient();
    thief.cookies.set('rowgate', client.cookies.get('rowgate') as string);
    const allowed = isUncertain ? ['UNAUTHENTICATED'] : [];
    isUncertain = true;
    const answer = await tally.count('logout', client.logout(), allowed);
    if (!answer) return false;
    if (client.cookies.has('rowgate')) wrong('logout', answer);
    sessionId = null;
    const stolen = await tally.count('replay', thief.graphql(WHO), ['UNAUTHENTICATED']);
    if (stolen) wrong('replay', stolen);
    return true;
  }

  function step(): Promise<boolean> {
    const isLoggedIn = client.cookies.has('rowgate');
    // Those without a session look around once in a while, but mostly want one.
    if (!isLoggedIn) return Math.random() < 0.2 ? askWho() : login();
    if (Math.random() < sessionChanges) return Math.random() < 0.5 ? logout() : login();
    const choice = Math.random();
    if (choice < 0.5) return askWho();
    return choice < 0.7 ? readNotes() : write();
  }

  async function work(): Promise<void> {
    while (!stopping.aborted) {
      // Refused users wait a moment, as people and well-behaved programs do.
      if (!(await step())) await delay(50);
    }
  }

  return { account, client, attempted, acknowledged, done: work() };
}
