import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/** Folders of the projects that have a target of this name, as nx knows them. */
function foldersWith(target) {
  const nested = ['apps', 'libs', 'tools'].flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(root, folder, entry.name)),
  );
  return [...nested, join(root, 'e2e')].filter((folder) => {
    const { nx } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return nx?.targets?.[target] !== undefined;
  });
}

/** One jest run over all projects with a target, each with the configuration that nx would run it with. */
export function allProjects(target, { reporters, maxWorkers, testTimeout, ...config }) {
  return {
    rootDir: root,
    // Of these jest looks at the run's own values and not at those of its projects.
    ...(maxWorkers === undefined ? {} : { maxWorkers }),
    ...(testTimeout === undefined ? {} : { testTimeout }),
    reporters,
    projects: foldersWith(target).map((folder) => ({
      ...config,
      rootDir: folder,
      displayName: folder.slice(root.length + 1),
    })),
  };
}
