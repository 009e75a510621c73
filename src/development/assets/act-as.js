// The button in the bar of every page: who one is, and a dialog in which one becomes somebody else.

/** Milliseconds without a key before a search is sent. */
const PAUSE = 150;

const button = document.getElementById('act-as');

/** Makes an element; `children` may be texts. */
function make(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

const search = make('input', {
  type: 'search',
  name: 'act-as-search',
  autocomplete: 'off',
  spellcheck: false,
});
search.setAttribute('aria-label', 'Find a user');
search.placeholder = 'User name, name or e-mail';
const list = make('ul');
const news = make('p', { role: 'status' });
const problem = make('p', { className: 'error', role: 'alert' });
const close = make('button', { type: 'button', onclick: () => dialog.close() }, 'Close');
const title = make('h2', { id: 'act-as-title' }, 'Act as');
const dialog = make(
  'dialog',
  { className: 'act-as' },
  make('header', {}, title, close),
  make('p', {}, 'A real session, as after a login. In development only.'),
  search,
  problem,
  list,
  news,
);
dialog.setAttribute('aria-labelledby', title.id);
document.body.append(dialog);

async function read(search = '') {
  const response = await fetch(`/dev/act-as.json?${new URLSearchParams({ search })}`);
  const answer = await response.json();
  if (answer.errors) throw new Error(answer.errors[0].message);
  return answer;
}

/** Says in the bar who one is. */
function show({ current, problem }) {
  button.disabled = problem !== undefined;
  button.title = problem ?? '';
  button.dataset.role = current?.role ?? 'anonymous';
  button.textContent = problem ? 'Act as: not available' : `Acting as ${nameOf(current)}`;
}

const nameOf = (account) => {
  if (!account) return 'anonymous';
  return account.role === 'administrator' ? `${account.username}, administrator` : account.username;
};

async function refresh() {
  try {
    show(await read());
  } catch {
    // The server is being restarted; whoever looks at the page again asks again.
  }
}

let latest = 0;
async function fill() {
  const request = ++latest;
  try {
    const answer = await read(search.value);
    // A slow answer must not replace that of a later search.
    if (request !== latest) return;
    show(answer);
    showAccounts(answer);
  } catch (error) {
    problem.textContent = error.message;
  }
}

function showAccounts({ current, accounts, hasMore }) {
  const anonymous = search.value.trim() === '' ? [entry(null, current === null)] : [];
  list.replaceChildren(
    ...anonymous,
    ...accounts.map((account) => entry(account, account.id === current?.id)),
  );
  if (hasMore) news.textContent = `The first ${accounts.length}; search for the others.`;
  else if (accounts.length > 0) news.textContent = '';
  else if (search.value.trim() !== '') news.textContent = 'Nobody is called so.';
  else news.textContent = 'There are no users yet: register one.';
}

function entry(account, isCurrent) {
  const details = account ? [account.name, account.email].filter(Boolean).join(' · ') : 'no session';
  const choose = make(
    'button',
    { type: 'button', onclick: () => become(account) },
    make('strong', {}, account?.username ?? 'anonymous'),
    make('small', {}, details),
  );
  if (account?.isSuspended) choose.append(make('em', { className: 'refused' }, 'suspended'));
  else if (account?.role === 'administrator') choose.append(make('em', {}, 'administrator'));
  if (isCurrent) choose.setAttribute('aria-current', 'true');
  return make('li', {}, choose);
}

async function become(account) {
  problem.textContent = '';
  try {
    const response = await fetch('/dev/act-as', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userId: account?.id ?? null }),
    });
    const answer = await response.json();
    if (answer.errors) throw new Error(answer.errors[0].message);
    show(answer);
    dialog.close();
    window.dispatchEvent(new Event('actaschange'));
  } catch (error) {
    problem.textContent = error.message;
  }
}

button.addEventListener('click', () => {
  search.value = '';
  problem.textContent = '';
  dialog.showModal();
  search.focus();
  fill();
});

let pause;
search.addEventListener('input', () => {
  clearTimeout(pause);
  pause = setTimeout(fill, PAUSE);
});

// Up and down go from the search through the list, besides Tab.
dialog.addEventListener('keydown', (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const places = [search, ...list.querySelectorAll('button')];
  places[Math.max(0, places.indexOf(document.activeElement) + step)]?.focus();
});

// By a login in this page, or in another tab.
window.addEventListener('sessionchange', refresh);
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') refresh();
});
refresh();
