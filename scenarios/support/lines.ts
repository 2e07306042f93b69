/** The first lines a program prints; it is ended after them. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export async function firstLines(args: readonly string[], count: number, env: NodeJS.ProcessEnv = process.env): Promise<string[]> {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === count) break;
  }
  child.kill();
  return lines;
}
