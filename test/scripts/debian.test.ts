import { expect, test } from 'vitest';
import { mirrorIn } from '../../scripts/debian.ts';

test('reads the mirror and its key ring from a deb822 source file, security archives aside', () => {
  const text = `Types: deb
# URIs: http://old.example/debian
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;
  expect(mirrorIn(text)).toEqual({
    uri: 'http://mirror.example/debian',
    signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg',
  });
});

test('reads the mirror from one-line sources, with and without options', () => {
  expect(mirrorIn('# comment\ndeb http://mirror.example/debian bookworm main\n')).toEqual({
    uri: 'http://mirror.example/debian',
    signedBy: null,
  });
  expect(mirrorIn('deb [arch=amd64 signed-by=/k.gpg] https://m.example/debian/ trixie main')).toEqual({
    uri: 'https://m.example/debian/',
    signedBy: '/k.gpg',
  });
});

test('other archives are not a Debian mirror', () => {
  expect(mirrorIn('deb https://packages.example/apt tool main\n')).toBeNull();
  expect(mirrorIn('')).toBeNull();
});
