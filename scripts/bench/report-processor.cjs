/** Loaded into a measured process: says on the descriptor 3 how many milliseconds of processor time it took, all threads together. */
const { writeSync } = require('node:fs');

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  writeSync(3, String((user + system) / 1000));
});
