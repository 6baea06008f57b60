/** The server as it ships, in a process of its own, over both of its transports. */
import { fork, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import {
  createProtocolConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import { inRoot } from '../../scripts/paths.ts';

const SERVER = inRoot('dist', 'server.cjs');
const FILE = inRoot('examples', 'tallybook', 'src', 'book.c');

const TRANSPORTS: Record<string, () => ProtocolConnection> = {
  '--node-ipc'() {
    const child = fork(SERVER, ['--node-ipc'], { execArgv: [] });
    onTestFinished(() => void child.kill());
    return createProtocolConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  },
  '--stdio'() {
    const child = spawn(process.execPath, [SERVER, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill());
    return createProtocolConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  },
};

test.each(Object.keys(TRANSPORTS))('the bundled server finds the hazards of the example over %s', async transport => {
  const connection = TRANSPORTS[transport]!();
  connection.listen();
  const uri = `file://${FILE}`;
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: { textDocument: { diagnostic: {} } },
  });
  await connection.sendNotification('initialized', {});
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'c', version: 1, text: readFileSync(FILE, 'utf8') },
  });
  const report = await connection.sendRequest('textDocument/diagnostic', { textDocument: { uri } });
  expect(report).toMatchObject({ kind: 'full' });
  const codes = (report as { items: { code: string }[] }).items.map(item => item.code);
  expect(codes).toContain('borrowed-list-item');
  expect(codes).toContain('object-field-rmw');
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
});
