"""Claims of shoppers with merchants, returns, and what the law says of the duty on goods that go back."""
