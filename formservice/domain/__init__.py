"""What a form is: types, values, rules and deadlines; standard library only."""
