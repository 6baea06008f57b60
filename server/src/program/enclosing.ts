/** C++: full names that a name may have inside of a namespace, class or function, the innermost first. */
export function* namesIn(around: string, name: string): Iterable<string> {
  for (let end = around.length; end > 0; end = around.lastIndexOf('::', end - 1))
    yield `${around.slice(0, end)}::${name}`;
}
