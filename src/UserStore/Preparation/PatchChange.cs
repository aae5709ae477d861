using System.Collections;
using System.Globalization;
using UserStore.Modeling;

namespace UserStore.Preparation;

/// <summary>A change of a stored property, with the arithmetic of increments and appends.</summary>
internal sealed record PatchChange(MappedProperty Property, PatchAction Action, object? Value)
{
    /// <summary>Returns the bound of the stored values from which an increment stays within the range of its property, or null if there
    /// is none.</summary>
    public (decimal Value, bool IsUpper)? StartBound()
    {
        if (Action != PatchAction.Increment || Property.IntegerRange is not { } range)
            return null;
        decimal amount = Convert.ToDecimal(Value, CultureInfo.InvariantCulture);
        return amount > 0 ? (range.Max - amount, true) : (range.Min - amount, false);
    }

    /// <summary>Returns whether incrementing this stored value leaves the range of the property.</summary>
    public bool LeavesRange(decimal? stored)
        => StartBound() is { } bound && (bound.IsUpper ? stored > bound.Value : stored < bound.Value);

    /// <summary>Returns the value of the property after a change that does not remove it.</summary>
    /// <param name="current">The stored value; null when the attribute is absent.</param>
    /// <exception cref="InvalidUserException">A sum leaves the range of the property.</exception>
    public object? Apply(object? current) => Action switch
    {
        PatchAction.Increment => Property.AsReadBack(Add(current)),
        PatchAction.Append => Property.MakeList(ValueList.CopyOf(Items(current).Concat(Items(Value)))),
        _ => UserCopier.CopyObject(Value),
    };

    public InvalidUserException OutOfRange(Exception? innerException = null)
        => new(Property.Name, $"would leave the range of {Property.ValueType.Name}", innerException);

    private static IEnumerable<object?> Items(object? list) => ((IEnumerable?)list)?.Cast<object?>() ?? [];

    private object Add(object? current)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        if (Value is double or float)
        {
            return Convert.ChangeType(
                Convert.ToDouble(current ?? 0d, culture) + Convert.ToDouble(Value, culture), Property.ValueType, culture);
        }

        decimal start = Convert.ToDecimal(current ?? 0, culture);
        return LeavesRange(start)
            ? throw OutOfRange()
            : Convert.ChangeType(start + Convert.ToDecimal(Value, culture), Property.ValueType, culture);
    }
}
