import type { Problem } from '../api/to-problem.ts';
import { useCountdown } from './use-countdown.ts';

type Props = {
  problem: Problem;
  /** Tries again what failed. */
  onRetry?: (() => void) | undefined;
  /** Reads again what is stored. */
  onRefresh?: (() => void) | undefined;
};

/** Says what went wrong, and offers what can be done about it. */
export function Trouble({ problem, onRetry, onRefresh }: Props) {
  const { code, message, remedy, retryAfter, errorId } = problem;
  const left = useCountdown(remedy === 'wait' ? (retryAfter ?? 0) : 0, problem);
  return (
    <div className="trouble" role="alert" data-code={code}>
      <p>
        {message}
        {left > 0 && ` Try again in ${left} ${left === 1 ? 'second' : 'seconds'}.`}
        {errorId && (
          <>
            {' '}
            If it stays, tell us this number: <code>{errorId}</code>
          </>
        )}
      </p>
      {(remedy === 'retry' || (remedy === 'wait' && left === 0)) && onRetry && (
        <button type="button" className="plain" onClick={onRetry}>
          Try again
        </button>
      )}
      {remedy === 'refresh' && onRefresh && (
        <button type="button" className="plain" onClick={onRefresh}>
          Show what is stored
        </button>
      )}
      {remedy === 'reload' && (
        <button type="button" className="plain" onClick={() => location.reload()}>
          Reload
        </button>
      )}
    </div>
  );
}
