using System.Collections;
using UserStore.Modeling;

namespace UserStore.Preparation;

/// <summary>A change of a stored property, with the arithmetic of increments and appends.</summary>
internal sealed record PatchChange(MappedProperty Property, PatchAction Action, object? Value)
{
    /// <summary>Returns the bound of the stored values from which an increment stays within the range of its property, or null if there
    /// is none.</summary>
    /// <remarks>Truncated to the digits that DynamoDB compares: from a value that the truncation affects, the sum has too many digits to be
    /// stored.</remarks>
    public (StoredNumber Value, bool IsUpper)? StartBound()
    {
        if (Action != PatchAction.Increment || Property.NumberRange is not { } range)
            return null;
        StoredNumber amount = Amount();
        return amount > default(StoredNumber) ? ((range.Max + -amount).Truncated(), true) : ((range.Min + -amount).Truncated(), false);
    }

    /// <summary>Returns the exception for an increment of this stored value whose sum the property or DynamoDB cannot hold, or null.</summary>
    public InvalidUserException? ViolatedBy(StoredNumber? stored, Exception? innerException = null)
    {
        if (StartBound() is not { } bound)
            return null;
        if (bound.IsUpper ? stored > bound.Value : stored < bound.Value)
        {
            string rule = Property.ValueType == typeof(double) ? StoredNumber.MagnitudeRule : $"would leave the range of {Property.ValueType.Name}";
            return new InvalidUserException(Property.Name, rule, innerException);
        }

        return Sum(stored).ViolatedRule() is { } violated ? new InvalidUserException(Property.Name, violated, innerException) : null;
    }

    /// <summary>Returns the number that an increment of this stored value stores.</summary>
    /// <exception cref="InvalidUserException">The property or DynamoDB cannot hold the sum.</exception>
    public StoredNumber SumFrom(StoredNumber? stored) => ViolatedBy(stored) is { } violation ? throw violation : Sum(stored);

    /// <summary>Returns the value of the property after a change that does not remove it.</summary>
    /// <param name="current">The stored value; null when the attribute is absent.</param>
    /// <exception cref="InvalidUserException">The property or DynamoDB cannot hold a sum.</exception>
    public object? Apply(object? current) => Action switch
    {
        PatchAction.Increment => Property.FromNumber(SumFrom(current is null ? null : StoredNumber.Find(Property.ToScalar(current).Text))),
        PatchAction.Append => Property.MakeList(ValueList.CopyOf(Items(current).Concat(Items(Value)))),
        _ => UserCopier.CopyObject(Value),
    };

    private static IEnumerable<object?> Items(object? list) => ((IEnumerable?)list)?.Cast<object?>() ?? [];

    // DynamoDB adds decimal digits, so that 0.1 + 0.2 is 0.3.
    private StoredNumber Sum(StoredNumber? stored) => stored.GetValueOrDefault() + Amount();

    private StoredNumber Amount() => StoredNumber.Of((IFormattable)Value!);
}
