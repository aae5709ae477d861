using System.Linq.Expressions;

namespace UserStore.Modeling;

/// <summary>Reads the condition that distinguishes users from other items of a table.</summary>
internal static class Discriminators
{
    /// <exception cref="InvalidOperationException">The condition is more than equalities of stored properties with constants.</exception>
    public static IReadOnlyList<(MappedProperty Property, StoredScalar Value)> Parse(AnnotatedType type, UserModel model, LambdaExpression condition)
    {
        var found = new List<(MappedProperty Property, StoredScalar Value)>();
        try
        {
            Add(condition.Body);
        }
        catch (InvalidUserException invalid)
        {
            UserRuleViolation violation = invalid.Violations[0];
            throw type.InvalidType($"is restricted by an OnlyWhere of {violation.Field}, which {violation.Rule}");
        }

        return found;

        void Add(Expression expression)
        {
            if (expression is BinaryExpression { NodeType: ExpressionType.AndAlso } both)
            {
                Add(both.Left);
                Add(both.Right);
                return;
            }

            if (Equality(expression) is not { } equality || found.Exists(other => other.Property == equality.Property))
            {
                throw type.InvalidType("is restricted by an OnlyWhere that is more than equalities: compare stored properties with constants by ==, "
                    + "each property once, joined by &&");
            }

            found.Add(equality);
        }

        (MappedProperty Property, StoredScalar Value)? Equality(Expression expression)
        {
            if (expression is not BinaryExpression { NodeType: ExpressionType.Equal } comparison)
                return null;
            (Expression left, Expression right) = (UserModel.WithoutConversion(comparison.Left), UserModel.WithoutConversion(comparison.Right));
            if (!model.TryResolve(left, out MappedProperty? property))
                (left, right) = (right, left);
            if (property is null && !model.TryResolve(left, out property))
                return null;
            if (Value(right) is not { } value)
                return null;
            if (property.ValueType.IsEnum && value is not Enum)
                value = Enum.ToObject(property.ValueType, value);
            return (property, property.ToScalar(value));
        }
    }

    private static object? Value(Expression expression) => expression switch
    {
        ConstantExpression constant => constant.Value,
        MemberExpression { Expression: null or ConstantExpression } => Expression.Lambda<Func<object?>>(
            Expression.Convert(expression, typeof(object))).Compile(preferInterpretation: true)(),
        _ => null,
    };
}
