import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/**
 * Writes a file unless it has this content already, and whole or not at all. Programs that watch their
 * configuration (kube-proxy ends when its file is touched) are left in peace by a second start.
 */
export function writeIfChanged(file: string, content: string, mode = 0o644): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === content) return;
  const half = `${file}.half-${process.pid}`;
  writeFileSync(half, content, { mode });
  renameSync(half, file);
}
