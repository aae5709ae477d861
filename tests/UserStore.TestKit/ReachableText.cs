using System.Collections;
using System.Globalization;
using System.Reflection;

namespace UserStore.TestKit;

/// <summary>Finds every text that can be reached through the public properties of an object, as a logger does that stores objects as documents.</summary>
internal static class ReachableText
{
    private const int MaxTexts = 20_000;

    /// <summary>Returns the texts with their paths: strings, numbers, and what <c>ToString()</c> returns.</summary>
    /// <param name="value">The object.</param>
    /// <param name="path">The path of the object.</param>
    /// <param name="isLeftOut">Whether an object is left out, because somebody else is responsible for it.</param>
    public static List<(string Path, string Text)> Of(object? value, string path, Func<object, bool>? isLeftOut = null)
    {
        List<(string, string)> found = [];
        Walk(value, path, found, isLeftOut ?? (static _ => false), new HashSet<object>(ReferenceEqualityComparer.Instance));
        return found;
    }

    private static void Walk(object? value, string path, List<(string, string)> found, Func<object, bool> isLeftOut, HashSet<object> seen)
    {
        if (value is null or MemberInfo or Assembly or Module or Delegate || isLeftOut(value))
            return;
        if (found.Count > MaxTexts)
            throw new InvalidOperationException($"The object has no end: {path}.");
        if (value is string || IsScalar(value.GetType()))
        {
            found.Add((path, Convert.ToString(value, CultureInfo.InvariantCulture)!));
            return;
        }

        if (!seen.Add(value))
            return;
        if (value is Exception exception)
        {
            if (!HasLeftOutCause(exception, isLeftOut))
                found.Add((path, exception.ToString()));
        }
        else
        {
            found.Add((path, value.ToString() ?? ""));
        }

        if (value is IEnumerable items)
        {
            foreach (object? item in items)
                Walk(item, path + "[]", found, isLeftOut, seen);
            return;
        }

        foreach (PropertyInfo property in value.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            if (property.GetIndexParameters().Length == 0 && property.CanRead && !property.PropertyType.IsByRefLike)
                Walk(ValueOf(property, value), $"{path}.{property.Name}", found, isLeftOut, seen);
        }
    }

    // A date has a date, and so on without end.
    private static bool IsScalar(Type type)
        => type.IsPrimitive || type.IsEnum
        || (type is { IsValueType: true, IsGenericType: false } && type != typeof(DictionaryEntry) && type.Assembly == typeof(DateTime).Assembly);

    // ToString() of an exception contains those inside it.
    private static bool HasLeftOutCause(Exception exception, Func<object, bool> isLeftOut)
        => isLeftOut(exception) || (exception.InnerException is { } inner && HasLeftOutCause(inner, isLeftOut))
            || (exception is AggregateException several && several.InnerExceptions.Any(one => HasLeftOutCause(one, isLeftOut)));

    // Properties of streams and the like throw instead of having a value.
    private static object? ValueOf(PropertyInfo property, object owner)
    {
        try
        {
            return property.GetValue(owner);
        }
        catch (TargetInvocationException unavailable)
        {
            return unavailable.InnerException!.Message;
        }
    }
}
