// What the account pages share: asking the API, saying how it went, and asking for a login.

/** From the fragment, which browsers send to no server. */
export const token = new URLSearchParams(location.hash.slice(1)).get('token');

/** The operation that the page shows. */
export const operation = document.getElementById('operation').textContent;

const TITLES = {
  INVALID_TOKEN: 'This link does not work',
  LAST_ADMINISTRATOR: 'This account has to stay',
  UNAUTHENTICATED: 'Log in first',
  UNAVAILABLE: 'Not available at the moment',
};

// Another link of the same kind, opened in the same tab, changes nothing but the fragment.
window.addEventListener('hashchange', () => location.reload());
// What the page offers depends on who asks.
window.addEventListener('actaschange', () => location.reload());

/** Asks the API. `error` is the first error, undefined when all went well. */
export async function ask(query, variables) {
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    return { data, error: errors?.[0] };
  } catch {
    const message = 'The server does not answer. Is it running?';
    return { data: null, error: { message, extensions: { code: 'UNAVAILABLE' } } };
  }
}

/** Says how it went, where the forms were. */
export function conclude(kind, title, message, code = '') {
  for (const form of document.querySelectorAll('form')) form.hidden = true;
  const outcome = document.getElementById('outcome');
  outcome.dataset.kind = kind;
  outcome.querySelector('h2').textContent = title;
  outcome.querySelector('p').textContent = message;
  outcome.querySelector('code').textContent = code;
  outcome.hidden = false;
  outcome.focus();
}

export function concludeWithError({ message, extensions: { code } }) {
  conclude('failure', TITLES[code] ?? 'That did not work', message, code);
  document.getElementById('ask-again').hidden = code !== 'INVALID_TOKEN';
}

export const concludeWithoutToken = () =>
  conclude(
    'failure',
    'This link is not complete',
    'The part behind #token= is missing. Copy the whole address from the mail.',
  );

/** Shows a form. `send` returns the error of what it has sent, if any, which then stands in the form. */
export function offer(id, send) {
  const form = document.getElementById(id);
  form.hidden = false;
  form.onsubmit = async (event) => {
    event.preventDefault();
    const button = form.querySelector('button');
    const place = form.querySelector('.error');
    place.textContent = '';
    button.disabled = true;
    const error = await send(Object.fromEntries(new FormData(form)));
    button.disabled = false;
    if (!error) return;
    place.textContent = explain(error);
    (form.querySelector('[type=password]') ?? button).focus();
  };
  // Never a button: Enter, pressed once too often, must not delete an account.
  form.querySelector('input')?.focus();
}

function explain({ message, extensions: { retryAfter } }) {
  return retryAfter ? `${message} You can try again in ${retryAfter} seconds.` : message;
}

/** Calls `work` with the user who is logged in, once there is one. */
export async function withUser(work) {
  const { data, error } = await ask('{ currentUser { username } }');
  if (data?.currentUser) return work(data.currentUser);
  if (error && error.extensions.code !== 'UNAUTHENTICATED') return concludeWithError(error);
  return offerLogin(work);
}

/** After a refusal that may mean that the mail names another account. */
export function offerOtherLogin({ username }, work) {
  document.querySelector('#login p').textContent =
    `You are logged in as ${username}. If the mail names another account, log in as that one.`;
  offerLogin(work);
}

function offerLogin(work) {
  offer('login', async (credentials) => {
    const { data, error } = await ask(
      `mutation LogIn($username: String!, $password: String!) {
        login(input: { username: $username, password: $password }) { result { user { username } } }
      }`,
      credentials,
    );
    if (error) return error;
    document.getElementById('login').hidden = true;
    document.getElementById('outcome').hidden = true;
    document.getElementById('ask-again').hidden = true;
    await work(data.login.result.user);
    return undefined;
  });
}
