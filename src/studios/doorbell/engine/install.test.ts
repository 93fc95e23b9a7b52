/** What public/pi/install.sh writes on a Raspberry Pi, below a folder in the place of its disk. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SCRIPT = 'public/pi/install.sh';
const UNIT = 'etc/systemd/system/atelier-doorbell.service';
const CONFIG = 'boot/firmware/config.txt';
const BACKUP = `${CONFIG}.atelier-doorbell`;
const OVERLAY = 'dtoverlay=dwc2,dr_mode=peripheral';
const has = (command: string): boolean => spawnSync(command, ['--version']).status === 0;

/** As Raspberry Pi OS 12 has it, without its longer comments. */
const STOCK = `# For more options and information see
# http://rptl.io/configtxt
dtparam=audio=on
camera_auto_detect=1
display_auto_detect=1
auto_initramfs=1
dtoverlay=vc4-kms-v3d
max_framebuffers=2
disable_fw_kms_setup=1
arm_64bit=1
disable_overscan=1
arm_boost=1

[cm4]
# Enable host mode on the 2711 built-in XHCI USB controller.
otg_mode=1

[cm5]
dtoverlay=dwc2,dr_mode=host

[all]
`;

/** Lines that hold for every board. */
function forAll(config: string): string[] {
  let isForAll = true;
  return config.split('\n').filter((line) => {
    if (line.startsWith('[')) isForAll = line === '[all]';
    return isForAll && !line.startsWith('[');
  });
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  s: ' ',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** A command line as systemd reads it: words, quotes, C escapes; then specifiers and variables, of which there must be none. */
function systemdWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (char === '\\') {
      at += 1;
      const escaped = ESCAPES[line.charAt(at)];
      if (escaped === undefined) throw new Error(`no escape: \\${line.charAt(at)}`);
      word = (word ?? '') + escaped;
    } else if (quote !== '') {
      if (char === quote) quote = '';
      else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      if (word !== undefined) throw new Error('a quote within a word');
      quote = char;
      word = '';
    } else if (char === ' ' || char === '\t') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (quote !== '') throw new Error('an open quote');
  if (word !== undefined) words.push(word);
  return words.map((each) =>
    each.replace(/([%$])(.?)/gu, (_all, sign: string, next: string) => {
      if (next !== sign) throw new Error(`${sign}${next} would be replaced in ${each}`);
      return sign;
    }),
  );
}

describe.skipIf(process.platform === 'win32')('install.sh', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'atelier-install-'));
    put('proc/cpuinfo', 'processor\t: 0\nHardware\t: BCM2835\nSerial\t\t: 10000000abcdef12\n');
    put('etc/machine-id', '0123456789abcdef0123456789abcdef\n');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function put(file: string, text: string): void {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  const read = (file: string): string => readFileSync(join(root, file), 'utf8');
  const files = (): string[] =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
      .map((each) => join(each.parentPath, each.name).slice(root.length + 1))
      .sort();

  function install(...args: string[]): string {
    const env = { ...process.env, ATELIER_ROOT: root };
    const { stdout, stderr, status } = spawnSync('sh', [SCRIPT, ...args], { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  }
  const command = (): string[] => {
    const [, line = ''] = /^ExecStart=(.*)$/m.exec(read(UNIT)) ?? [];
    return systemdWords(line);
  };
  const START = ['/usr/bin/python3', '/opt/atelier-doorbell/atelier_doorbell.py'];
  const OUTPUTS = ['--serial', '/dev/ttyGS0', '--bluetooth'];

  it('makes the USB port a serial device on a stock system, and says that it must be restarted', () => {
    put(CONFIG, STOCK);
    expect(install()).toContain('Restart the Pi');
    expect(forAll(read(CONFIG))).toContain(OVERLAY);
    expect(read(CONFIG).startsWith(STOCK)).toBe(true);
    expect(read(BACKUP)).toBe(STOCK);
    expect(read('etc/modules-load.d/atelier-doorbell.conf')).toBe('dwc2\ng_serial\n');
    expect(command()).toEqual([...START, ...OUTPUTS]);
    // The second time there is nothing to do.
    const config = read(CONFIG);
    expect(install()).not.toContain('Restart');
    expect(read(CONFIG)).toBe(config);
    expect(read(BACKUP)).toBe(STOCK);
  });

  it.each([
    ['of a file that has it already', `${STOCK}${OVERLAY}\n`, true],
    ['before any section', `dtoverlay=dwc2\n${STOCK}`, true],
    ['with spaces and Windows line ends', `${STOCK} ${OVERLAY} \r\n`, true],
    ['of one board only', `${STOCK}[pi02]\n${OVERLAY}\n`, false],
    ['that is switched off', `${STOCK}#${OVERLAY}\n`, false],
    ['that is another one', `${STOCK}dtoverlay=dwc2-other\n`, false],
    ['whose last line is for a host', `${STOCK}${OVERLAY}\ndtoverlay=dwc2,dr_mode=host\n`, false],
    ['without a line end', `${STOCK}gpu_mem=16`, false],
  ])('looks for the line %s', (_what, config, isThere) => {
    put(CONFIG, config);
    install();
    if (isThere) expect(read(CONFIG)).toBe(config);
    else {
      expect(
        forAll(read(CONFIG))
          .filter((line) => line.startsWith('dtoverlay=dwc2'))
          .at(-1),
      ).toBe(OVERLAY);
      expect(read(CONFIG).split('\n')).toEqual(expect.arrayContaining(config.trimEnd().split('\n')));
    }
  });

  it('gives the port a number that stays the same, and is of this device', () => {
    const OPTIONS = 'etc/modprobe.d/atelier-doorbell.conf';
    const number = (): string | undefined => / iSerialNumber=([0-9a-f]{16})\n$/.exec(read(OPTIONS))?.[1];
    install();
    const first = number();
    expect(first).toBeDefined();
    install();
    expect(number()).toBe(first);
    put('proc/cpuinfo', 'Serial\t\t: 10000000abcdef13\n');
    install();
    expect(number()).not.toBe(first);
    // No Pi, or one that does not say it.
    put('proc/cpuinfo', 'Serial\t\t: 0000000000000000\n');
    install();
    const byMachine = number();
    expect(byMachine).toBeDefined();
    put('etc/machine-id', 'another\n');
    install();
    expect(number()).not.toBe(byMachine);
  });

  it.each([
    'Front door',
    'Door',
    'the "old" one',
    "Ana's",
    'C:\\new\\test',
    '100 % $HOME %n ${x}',
    'Haustür 🚪',
    ' ',
    '; rm',
    '',
  ])('hands the name over as it is: %j', (name) => {
    install('--name', name);
    expect(command()).toEqual([...START, ...OUTPUTS, '--name', name]);
    install('--serial', '/dev/serial0', '--baud', '9600', `--name=${name}`);
    expect(command()).toEqual([...START, '--serial', '/dev/serial0', '--baud', '9600', `--name=${name}`]);
  });

  it('refuses a line break in an argument', () => {
    expect(() => install('--name', 'a\nExecStart=/bin/sh')).toThrow('line break');
    expect(existsSync(join(root, UNIT))).toBe(false);
  });

  it('leaves the USB port alone when another way is asked for', () => {
    put(CONFIG, STOCK);
    install('--bluetooth');
    expect(read(CONFIG)).toBe(STOCK);
    expect(files().filter((file) => /modules|modprobe/.test(file))).toEqual([]);
    install('--serial=/dev/ttyGS0');
    expect(forAll(read(CONFIG))).toContain(OVERLAY);
  });

  it('takes all of it off again, and what others changed stays', () => {
    put(CONFIG, STOCK);
    const before = files();
    install('--name', 'Front door');
    expect(install('--remove')).toContain('Restart the Pi');
    expect(files()).toEqual(before);
    expect(read(CONFIG)).toBe(STOCK);
    expect(install('--remove')).not.toContain('Restart');
    install();
    put(CONFIG, `${read(CONFIG)}gpu_mem=16\n`);
    expect(install('--remove')).toContain('as it was before');
    expect(read(CONFIG)).toBe(`${STOCK}gpu_mem=16\n`);
    expect(read(BACKUP)).toBe(STOCK);
  });

  it.skipIf(!has('systemd-analyze'))('writes a unit that systemd takes (needs systemd-analyze)', () => {
    install('--name', 'the "Front" door \\ 100 % $5');
    const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', join(root, UNIT)], {
      encoding: 'utf8',
    });
    const about = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('atelier-doorbell'));
    expect(about).toEqual([]);
  });
});
