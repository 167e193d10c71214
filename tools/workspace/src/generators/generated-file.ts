/** A file whose whole text follows from the code. */
export interface GeneratedFile {
  /** From the root of the workspace, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Produces some of the files that are checked in although they follow from the code. */
export type Generator = () => readonly GeneratedFile[];

/** The command that brings every generated file up to date. */
export const generateCommand = 'npm run generate';
