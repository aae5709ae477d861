using UserStore.Generators.Modeling;

namespace UserStore.Generators.Writing;

/// <summary>Writes the expressions that read and write single values.</summary>
internal sealed class ValueWriter(UserTypeModel model)
{
    private readonly List<string> _converters = [];

    /// <summary>Gets the types of the converters, each at the number of its field.</summary>
    public IReadOnlyList<string> Converters => _converters;

    /// <summary>Returns the declaration of the variable that a value is read into.</summary>
    public static string Variable(ValueModel value, string name)
        => $"{value.VariableType}{(IsReferenceVariable(value) ? "?" : "")} {name} = default;";

    /// <summary>Returns the condition that a value is read.</summary>
    public string Read(ValueModel value, string variable) => value.Kind switch
    {
        ValueKind.Single or ValueKind.Double or ValueKind.Decimal => $"item.TryReadNumber(out {variable})",
        ValueKind.Integer or ValueKind.Enum => $"item.TryReadInteger(out {variable})",
        ValueKind.Stream => $"item.TryReadBytes(out {variable})",
        ValueKind.Converted => $"item.TryReadConverted({Converter(value)}, out {variable})",
        ValueKind.Shape => $"TryRead{model.Shapes[value.Shape].Name}(ref item, out {variable})",
        _ => $"item.TryRead{value.Kind}(out {variable})",
    };

    /// <summary>Returns the value in a variable, in its own type.</summary>
    public static string FromVariable(ValueModel value, string variable) => value.Kind switch
    {
        ValueKind.Enum or ValueKind.EnumMap => $"unchecked(({value.Type}){variable})",
        ValueKind.Stream => $"new global::System.IO.MemoryStream({variable})",
        _ => variable,
    };

    /// <summary>Returns the expression that writes a value, and that is true if the value is stored.</summary>
    public string Write(ValueModel value, string expression) => value.Kind switch
    {
        ValueKind.Integer => $"writer.WriteInteger<{value.Type}>({expression})",
        ValueKind.Enum or ValueKind.EnumMap when IsBeyondLong(value)
            => $"({expression} > ({value.Type})long.MaxValue ? writer.SetIrregular() : {WriteNumber(value, expression)})",
        ValueKind.Enum or ValueKind.EnumMap => WriteNumber(value, expression),
        ValueKind.Stream => $"writer.WriteBytes({expression}?.ToArray())",
        ValueKind.Converted => $"writer.WriteConverted({Converter(value)}, {expression})",
        ValueKind.Shape => $"Write{model.Shapes[value.Shape].Name}(writer, {expression})",
        _ => $"writer.Write{value.Kind}({expression})",
    };

    /// <summary>Returns the expression that writes a member of a target.</summary>
    public string Write(MemberModel member, string target)
    {
        string expression = string.Format(System.Globalization.CultureInfo.InvariantCulture, member.Get, target);
        return member.IsTimestamp
            ? $"({expression} is null ? writer.SetIrregular() : {Write(member.Value, expression)})" // the SDK writes the present time
            : Write(member.Value, expression);
    }

    private static bool IsReferenceVariable(ValueModel value) => value.IsReference || value.Kind is ValueKind.Stream or ValueKind.Strings;

    // The store's converter of nullable enums takes numbers of long.
    private static bool IsBeyondLong(ValueModel value) => value is { Number: "ulong", ReadNumber: "long" };

    private static string WriteNumber(ValueModel value, string expression)
    {
        string number = $"{value.Number}{(value.IsNullable ? "?" : "")}";
        return $"writer.Write{(value.Kind == ValueKind.EnumMap ? "EnumMap" : "Integer")}<{value.Number}>(unchecked(({number}){expression}))";
    }

    private string Converter(ValueModel value)
    {
        int number = _converters.IndexOf(value.Converter);
        if (number < 0)
        {
            number = _converters.Count;
            _converters.Add(value.Converter);
        }

        return $"Converter{number}";
    }
}
