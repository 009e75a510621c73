/** Milliseconds of processor time that this thread has used. Time in which other processes ran is not in it. */
export function threadMilliseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
