import { execFileSync } from 'node:child_process';

/**
 * Files that differ from a commit, untracked ones included, as paths from the root.
 * @param base a revision; without it the changes since HEAD, and where there are none, those of the last commit.
 * @throws Error with git's words when the revision is unknown.
 */
export function changedFiles(root: string, base?: string): string[] {
  const git = (...args: string[]): string[] =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean);
  const since = (revision: string): string[] => [
    ...git('diff', '--name-only', revision),
    ...git('ls-files', '--others', '--exclude-standard'),
  ];
  if (base !== undefined) return since(base);
  const uncommitted = since('HEAD');
  return uncommitted.length > 0 ? uncommitted : since('HEAD~1');
}
