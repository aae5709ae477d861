using System.Collections;
using System.Linq.Expressions;
using UserStore.Modeling;

namespace UserStore.Preparation;

/// <summary>Resolves the properties and conditions of a patch against the model.</summary>
internal static class PatchParser
{
    /// <exception cref="InvalidUserException">A property cannot be changed, or is changed twice.</exception>
    public static PatchChange[] ParseChanges(UserModel model, IReadOnlyList<RequestedChange> requested)
    {
        var changes = new List<PatchChange>(requested.Count);
        foreach (RequestedChange change in requested)
        {
            MappedProperty property = Resolve(model, change.Property);
            if (changes.Exists(other => other.Property == property))
                throw new InvalidUserException(property.Name, "is changed twice in one update");
            changes.Add(new PatchChange(property, change.Action, ValueFor(property, change)));
        }

        return [.. changes];
    }

    /// <returns>The conjunction of the conditions, or null when there are none.</returns>
    /// <exception cref="InvalidUserException">A property is not stored, or a value does not fit it.</exception>
    /// <exception cref="NotSupportedException">DynamoDB has no counterpart of a part of a condition.</exception>
    public static UserCondition? ParseConditions(UserModel model, IReadOnlyList<LambdaExpression> conditions)
        => conditions.Select(condition => ConditionParser.Parse(model, condition)).Aggregate(
            (UserCondition?)null, static (all, next) => all is null ? next : new AndCondition(all, next));

    private static MappedProperty Resolve(UserModel model, LambdaExpression expression)
    {
        MappedProperty property = model.Resolve(expression);
        if (model.Key.Contains(property))
            throw new InvalidUserException(property.Name, "is the key of the user and cannot be changed");
        if (model.IsMaintained(property))
            throw new InvalidUserException(property.Name, "is maintained by the store and cannot be set");
        if (property.IsFlattened)
            throw new InvalidUserException(property.Name, "is flattened into several attributes and cannot be patched; replace the user instead");
        return property;
    }

    private static object? ValueFor(MappedProperty property, RequestedChange change)
    {
        switch (change.Action)
        {
            case PatchAction.Increment or PatchAction.Append when property.IsEncrypted:
                throw new InvalidUserException(property.Name, "is encrypted, so that DynamoDB can neither add nor append to it; set it instead");
            case PatchAction.Increment when !property.IsNumber:
                throw new InvalidUserException(property.Name, "is not stored as a number, so nothing can be added to it");
            case PatchAction.Increment:
                property.ToScalar(change.Value!); // refuses an amount that DynamoDB cannot store
                return change.Value;
            case PatchAction.Append when !property.IsList:
                throw new InvalidUserException(property.Name, "is not a list, so nothing can be appended to it");
            case PatchAction.Append:
                return property.MakeList((IEnumerable)change.Value!);
            case PatchAction.Set:
                property.CheckType(change.Value!);
                return change.Value;
            default:
                return change.Value;
        }
    }
}
