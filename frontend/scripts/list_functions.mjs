/**
 * Lists the functions of TypeScript files as JSON: `[file, line, name, lines, isComponent]` for each function, method,
 * accessor and arrow function with a body in braces. The files are the arguments. `make measure-code` calls it.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';

import ts from 'typescript';

const isCounted = (node) =>
  (ts.isFunctionLike(node) && node.body !== undefined && ts.isBlock(node.body)) ||
  ts.isClassStaticBlockDeclaration(node);

/** The function's own name, that of the variable or property it is given to, or of the call it is an argument of. */
function nameOf(node) {
  if (node.name) return node.name.getText();
  const { parent } = node;
  if (ts.isCallExpression(parent)) return `argument of ${parent.expression.getText()}`;
  return parent.name ? parent.name.getText() : '(anonymous)';
}

/** Whether the function is a React component: it has a capital initial and returns markup. */
function isComponent(node) {
  return /^[A-Z]/.test(nameOf(node)) && hasMarkup(node.body);
}

function hasMarkup(node) {
  if (ts.isJsxElement(node) || ts.isJsxSelfClosingElement(node) || ts.isJsxFragment(node)) return true;
  return ts.forEachChild(node, (child) => hasMarkup(child) || undefined) ?? false;
}

function list(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const lineOf = (position) => source.getLineAndCharacterOfPosition(position).line + 1;
  const found = [];
  const visit = (node) => {
    if (isCounted(node)) {
      const first = lineOf(node.getStart());
      found.push([file, first, nameOf(node), lineOf(node.getEnd()) - first + 1, isComponent(node)]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

process.stdout.write(JSON.stringify(process.argv.slice(2).flatMap(list)));
