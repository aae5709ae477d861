using System.Collections;
using System.Linq.Expressions;
using UserStore.Modeling;

namespace UserStore.Preparation;

/// <summary>Turns a predicate such as <c>u => u.Age >= 18 &amp;&amp; u.Name != null</c> into a <see cref="UserCondition"/>.</summary>
internal sealed class ConditionParser
{
    // Operands of IN; Amazon DynamoDB Developer Guide, "Condition and filter expressions".
    private const int MaxInValues = 100;

    private const string EncryptedRule = "is encrypted, so that DynamoDB can neither compare it nor filter by it; read the user, and compare the value";

    private readonly UserModel _model;

    private ConditionParser(UserModel model) => _model = model;

    /// <exception cref="InvalidUserException">A property is not stored, or a value does not fit it.</exception>
    /// <exception cref="NotSupportedException">DynamoDB has no counterpart of a part of the predicate.</exception>
    public static UserCondition Parse(UserModel model, LambdaExpression predicate) => new ConditionParser(model).Parse(predicate.Body);

    private UserCondition Parse(Expression expression) => expression switch
    {
        BinaryExpression { NodeType: ExpressionType.AndAlso or ExpressionType.And } both
            => new AndCondition(Parse(both.Left), Parse(both.Right)),
        BinaryExpression { NodeType: ExpressionType.OrElse or ExpressionType.Or } either
            => new OrCondition(Parse(either.Left), Parse(either.Right)),
        BinaryExpression comparison when OperatorOf(comparison.NodeType) is { } @operator => ParseComparison(comparison, @operator),
        UnaryExpression { NodeType: ExpressionType.Not } not => new NotCondition(Parse(not.Operand)),
        MethodCallExpression call => ParseCall(call),
        MemberExpression { Member.Name: nameof(Nullable<>.HasValue) } hasValue when Find(hasValue.Expression!) is { } property
            => new PresentCondition(property),
        _ when Find(expression) is { } flag && flag.ValueType == typeof(bool)
            => new ComparisonCondition(flag, ComparisonOperator.Equal, flag.ToScalar(true)),
        _ => throw Unsupported(expression),
    };

    private UserCondition ParseComparison(BinaryExpression comparison, ComparisonOperator @operator)
    {
        if (Find(comparison.Left) is { } property)
            return Compare(property, @operator, Evaluate(comparison.Right));
        if (Find(comparison.Right) is { } mirrored)
            return Compare(mirrored, Mirror(@operator), Evaluate(comparison.Left));
        throw Unsupported(comparison);
    }

    private static UserCondition Compare(MappedProperty property, ComparisonOperator @operator, object? value) => (@operator, value) switch
    {
        (ComparisonOperator.Equal, null) => new NotCondition(new PresentCondition(property)),
        (ComparisonOperator.NotEqual, null) => new PresentCondition(property),
        (_, null) => throw new InvalidUserException(property.Name, "can be compared with null for equality only"),
        _ => new ComparisonCondition(property, @operator, Scalar(property, value)),
    };

    private UserCondition ParseCall(MethodCallExpression call)
    {
        bool isString = call.Method.DeclaringType == typeof(string);
        if (isString && call is { Method.Name: nameof(string.StartsWith), Object: { } text } && IsOrdinal(call) && Find(text) is { } prefixed)
            return new StartsWithCondition(prefixed, prefixed.Checked(Text(Evaluate(call.Arguments[0]) as string ?? throw Unsupported(call))).Text);
        if (isString && call is { Method.Name: nameof(string.Contains), Object: { } whole } && IsOrdinal(call) && Find(whole) is { } searched)
            return new ContainsCondition(searched, searched.Checked(Text(Evaluate(call.Arguments[0])?.ToString() ?? throw Unsupported(call))));
        if (!isString && call.Method.Name == nameof(Enumerable.Contains))
            return ParseMembership(call);
        throw Unsupported(call);
    }

    // "list.Contains(x)", "Enumerable.Contains(list, x)", and what the compiler makes of arrays:
    // "MemoryExtensions.Contains((ReadOnlySpan<T>)array, x)".
    private UserCondition ParseMembership(MethodCallExpression call)
    {
        Expression[] operands = call.Object is null ? [.. call.Arguments] : [call.Object, .. call.Arguments];
        if (operands.Length < 2 || operands.Skip(2).Any(extra => Evaluate(extra) is not null))
            throw Unsupported(call);

        Expression collection = WithoutSpan(operands[0]);
        if (Find(collection) is { IsCollection: true } list)
        {
            object item = Evaluate(operands[1]) ?? throw new InvalidUserException(
                list.Name, "can be searched for values other than null only");
            return new ContainsCondition(list, list.Checked(Element(list, item)));
        }

        if (Find(operands[1]) is { } property && Evaluate(collection) is IEnumerable values)
        {
            StoredScalar[] scalars = [.. values.Cast<object?>().Select(value => Scalar(property, value ?? throw Unsupported(call)))];
            return scalars.Length is > 0 and <= MaxInValues
                ? new InCondition(property, scalars)
                : throw new InvalidUserException(property.Name, $"can be compared with 1 to {MaxInValues} values at once");
        }

        throw Unsupported(call);
    }

    private static StoredScalar Element(MappedProperty list, object item) => item is string text
        ? Text(text)
        : MappedProperty.TryToStored(item, out StoredScalar scalar) ? scalar : throw new InvalidUserException(
            list.Name, "can be searched for strings, numbers and Booleans only");

    private static StoredScalar Text(string text) => new(ScalarKind.String, text);

    // The compiler widens both sides to one type: enums and characters to integers, numbers to the wider kind. DynamoDB compares numbers of
    // any kind, so that a number stays as it is: 20.5 must not become 20.
    private static StoredScalar Scalar(MappedProperty property, object value)
    {
        if (property.IsNumber && MappedProperty.TryToStored(value, out StoredScalar number) && number.Kind == ScalarKind.Number)
            return property.Checked(number);
        if (property.ValueType.IsEnum && value is not Enum)
            value = Enum.ToObject(property.ValueType, value);
        else if (property.ValueType == typeof(char) && value is int code)
            value = (char)code;
        return property.ToScalar(value);
    }

    private MappedProperty? Find(Expression expression)
    {
        if (!_model.TryResolve(UserModel.WithoutConversion(expression), out MappedProperty? property))
            return null;
        if (property.IsEncrypted)
            throw new InvalidUserException(property.Name, EncryptedRule);
        return ConvertedType(expression) is not null ? property : throw new NotSupportedException(
            $"The condition converts {property.Name} to a type that cannot hold all of its values, but DynamoDB compares the stored value. "
                + "Compare the property without the cast: instead of (int)u.Score == 5, write u.Score >= 5 && u.Score < 6.");
    }

    // The type that the value of a property has after the conversions around it, or null if one of them can change the value.
    private static Type? ConvertedType(Expression expression) => expression switch
    {
        UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked } conversion
            => ConvertedType(conversion.Operand) is { } from ? ConvertedType(from, conversion.Type) : null,
        MemberExpression { Member.Name: nameof(Nullable<>.Value), Expression: { } nullable }
            when Nullable.GetUnderlyingType(nullable.Type) is not null => ConvertedType(nullable),
        _ => WithoutNullable(expression.Type),
    };

    private static Type? ConvertedType(Type from, Type to)
    {
        to = WithoutNullable(to);
        if (!to.IsValueType || to == from)
            return from; // a reference to the same value
        (Type source, Type target) = (Number(from), Number(to));
        bool keepsValue = source == target || (source == typeof(float) && target == typeof(double))
            || (IsInteger(source) && StorableTypes.RangeOf(source) is { } values && StorableTypes.RangeOf(target) is { } range
                && !(values.Min < range.Min) && !(values.Max > range.Max));
        return keepsValue ? to : null;
    }

    private static Type Number(Type type) => type.IsEnum ? Enum.GetUnderlyingType(type) : type;

    private static bool IsInteger(Type type) => Type.GetTypeCode(type) is >= TypeCode.Char and <= TypeCode.UInt64;

    private static Type WithoutNullable(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static object? Evaluate(Expression expression)
    {
        if (expression is ConstantExpression constant)
            return constant.Value;
        if (new ParameterFinder().IsIn(expression))
            throw Unsupported(expression);
        return Expression.Lambda<Func<object?>>(Expression.Convert(expression, typeof(object))).Compile(preferInterpretation: true)();
    }

    private static Expression WithoutSpan(Expression expression) => expression switch
    {
        MethodCallExpression { Method.Name: "op_Implicit", Arguments: [var array] } => array,
        UnaryExpression { NodeType: ExpressionType.Convert } conversion when conversion.Type.IsByRefLike => conversion.Operand,
        _ => expression,
    };

    private static bool IsOrdinal(MethodCallExpression call)
        => call.Arguments.Count == 1 || Evaluate(call.Arguments[1]) is StringComparison.Ordinal;

    private static ComparisonOperator? OperatorOf(ExpressionType type) => type switch
    {
        ExpressionType.Equal => ComparisonOperator.Equal,
        ExpressionType.NotEqual => ComparisonOperator.NotEqual,
        ExpressionType.LessThan => ComparisonOperator.Less,
        ExpressionType.LessThanOrEqual => ComparisonOperator.LessOrEqual,
        ExpressionType.GreaterThan => ComparisonOperator.Greater,
        ExpressionType.GreaterThanOrEqual => ComparisonOperator.GreaterOrEqual,
        _ => null,
    };

    private static ComparisonOperator Mirror(ComparisonOperator @operator) => @operator switch
    {
        ComparisonOperator.Less => ComparisonOperator.Greater,
        ComparisonOperator.LessOrEqual => ComparisonOperator.GreaterOrEqual,
        ComparisonOperator.Greater => ComparisonOperator.Less,
        ComparisonOperator.GreaterOrEqual => ComparisonOperator.LessOrEqual,
        _ => @operator,
    };

    // The message names the kind of the node, never its text, which may contain values.
    private static NotSupportedException Unsupported(Expression expression) => new(
        "DynamoDB has no counterpart of this part of the condition "
        + $"({expression.NodeType}{(expression is MethodCallExpression call ? " " + call.Method.Name : "")}). "
        + "Compare properties of the user with values; join comparisons by &&, || and !; or use StartsWith, Contains and comparisons with null.");

    private sealed class ParameterFinder : ExpressionVisitor
    {
        private bool _found;

        public bool IsIn(Expression expression)
        {
            Visit(expression);
            return _found;
        }

        protected override Expression VisitParameter(ParameterExpression node)
        {
            _found = true;
            return node;
        }
    }
}
