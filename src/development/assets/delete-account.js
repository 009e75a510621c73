import {
  ask,
  conclude,
  concludeWithError,
  concludeWithoutToken,
  offer,
  offerOtherLogin,
  operation,
  token,
  withUser,
} from './account.js';

function confirm(user) {
  document.getElementById('account').textContent = user.username;
  offer('delete', async () => {
    const { error } = await ask(operation, { token });
    if (!error) {
      conclude('success', 'Your account is deleted', `${user.username} and everything in it is gone.`);
      return undefined;
    }
    const { code } = error.extensions;
    if (code !== 'INVALID_TOKEN' && code !== 'LAST_ADMINISTRATOR') return error;
    concludeWithError(error);
    if (code === 'INVALID_TOKEN') offerOtherLogin(user, confirm);
    return undefined;
  });
}

if (token) withUser(confirm);
else concludeWithoutToken();
