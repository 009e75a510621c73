/** Milliseconds between two looks for new mail. */
const INTERVAL = 1500;

const list = document.getElementById('mails');
const news = document.getElementById('news');
const frame = document.querySelector('iframe');

if (frame) {
  const fitFrame = () => {
    // Its body, not its root: the root is never lower than the frame already is.
    const { body } = frame.contentDocument;
    if (body) frame.style.height = `${body.scrollHeight}px`;
  };
  frame.addEventListener('load', fitFrame);
  window.addEventListener('resize', fitFrame);
  fitFrame();
}

async function look() {
  const { newest = '' } = list.dataset;
  const response = await fetch(`/dev/mail.json?after=${encodeURIComponent(newest)}`);
  const mails = await response.json();
  if (mails.length === 0) return;

  const page = await (await fetch(location.href)).text();
  const fresh = new DOMParser().parseFromString(page, 'text/html').getElementById('mails');
  const known = new Set([...list.querySelectorAll('a')].map((link) => link.getAttribute('href')));
  // Only what is new is put in, so that nobody loses their place in the list.
  const entries = [...fresh.children].filter(
    (entry) => !known.has(entry.querySelector('a').getAttribute('href')),
  );
  list.prepend(...entries);
  list.dataset.newest = fresh.dataset.newest;
  news.textContent = `New: ${mails[0].subject}`;
}

async function keepLooking() {
  // A server that is being restarted is asked again.
  if (document.visibilityState === 'visible') await look().catch(() => {});
  setTimeout(keepLooking, INTERVAL);
}

keepLooking();
