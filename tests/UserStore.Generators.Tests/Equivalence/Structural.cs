using System.Collections;
using System.Reflection;

namespace UserStore.Generators.Tests.Equivalence;

/// <summary>Compares objects by everything that they hold, whatever their own equality says.</summary>
internal static class Structural
{
    /// <summary>Returns the path of a difference, or null.</summary>
    public static string? Difference(object? one, object? other, string path = "")
    {
        if (one is null || other is null)
            return one is null && other is null ? null : $"{path}: {one ?? "null"} and {other ?? "null"}";
        if (one.GetType() != other.GetType())
            return $"{path}: {one.GetType()} and {other.GetType()}";
        Type type = one.GetType();
        switch (one)
        {
            case DateTime date:
                return (date, date.Kind) == ((DateTime)other, ((DateTime)other).Kind) ? null : $"{path}: {date:O} and {other:O}";
            case DateTimeOffset instant:
                return instant.EqualsExact((DateTimeOffset)other) ? null : $"{path}: {instant:O} and {other:O}";
            case decimal number:
                return decimal.GetBits(number).SequenceEqual(decimal.GetBits((decimal)other)) ? null : $"{path}: {one} and {other}";
            case double number:
                return BitConverter.DoubleToInt64Bits(number) == BitConverter.DoubleToInt64Bits((double)other) ? null : $"{path}: {one} and {other}";
            case MemoryStream stream:
                return Difference(stream.ToArray(), ((MemoryStream)other).ToArray(), path);
            case IDictionary map:
                return Difference(Pairs(map), Pairs((IDictionary)other), path);
            case IEnumerable items and not string:
                return Elements(items, (IEnumerable)other, path);
        }

        if (type.IsPrimitive || type.IsEnum || type.Namespace == "System")
            return one.Equals(other) ? null : $"{path}: {one} and {other}";
        for (Type? declaring = type; declaring is not null; declaring = declaring.BaseType)
        {
            const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
            foreach (FieldInfo field in declaring.GetFields(Declared))
            {
                if (Difference(field.GetValue(one), field.GetValue(other), $"{path}.{field.Name}") is { } difference)
                    return difference;
            }
        }

        return null;
    }

    private static object[] Pairs(IDictionary map) => [.. map.Keys.Cast<object>().Select(key => new[] { key, map[key] })];

    private static string? Elements(IEnumerable one, IEnumerable other, string path)
    {
        object?[] elements = [.. one.Cast<object?>()];
        object?[] others = [.. other.Cast<object?>()];
        if (elements.Length != others.Length)
            return $"{path}: {elements.Length} and {others.Length} elements";
        for (int i = 0; i < elements.Length; i++)
        {
            if (Difference(elements[i], others[i], $"{path}[{i}]") is { } difference)
                return difference;
        }

        return null;
    }
}
