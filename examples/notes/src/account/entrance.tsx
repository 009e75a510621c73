import { useState } from 'react';
import { LoginForm } from './login-form.tsx';
import { RegisterForm } from './register-form.tsx';

/** Where one comes in: by logging in, or as somebody new. `notice` says why one is here again. */
export function Entrance({ notice, onEntered }: { notice: string | undefined; onEntered: () => void }) {
  const [isNew, setIsNew] = useState(false);
  return (
    <main className="entrance">
      <h1>
        <img src="/icon.svg" width="40" height="40" alt="" /> Notes
      </h1>
      <p className="lead">What you write down, and nobody else reads.</p>
      {notice && (
        <p className="notice" role="status">
          {notice}
        </p>
      )}
      <section className="sheet" aria-labelledby="entrance-title">
        <h2 id="entrance-title">{isNew ? 'Create an account' : 'Log in'}</h2>
        {isNew ? <RegisterForm onEntered={onEntered} /> : <LoginForm onEntered={onEntered} />}
      </section>
      <p className="other">
        {isNew ? 'You have an account?' : 'New here?'}{' '}
        <button type="button" className="link" onClick={() => setIsNew(!isNew)}>
          {isNew ? 'Log in' : 'Create an account'}
        </button>
      </p>
    </main>
  );
}
