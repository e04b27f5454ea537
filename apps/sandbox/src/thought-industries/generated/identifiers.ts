import { hashOf } from "../../seeded-random.ts";

/** A UUID that belongs to a name and a number. */
export function uuidOf(seed: number, name: string, index: number): string {
  const part = (salt: number): string => hashOf(seed, name, index, salt).toString(16).padStart(8, "0");
  const [first, second, third, fourth] = [part(1), part(2), part(3), part(4)];
  return `${first}-${second.slice(0, 4)}-4${second.slice(5)}-8${third.slice(1, 4)}-${third.slice(4)}${fourth}`;
}
