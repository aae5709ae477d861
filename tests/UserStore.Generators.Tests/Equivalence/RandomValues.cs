using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace UserStore.Generators.Tests.Equivalence;

/// <summary>Creates random objects of any type that can be stored, odd values among them.</summary>
internal sealed class RandomValues(int seed)
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private const int MaxDepth = 4;

    private static readonly string[] Strings =
    [
        "", " ", "a", "Ab", "null", "true", "5", "-7", "007", "1.0", "2026-01-01", "2026-01-01T00:00:00.000Z", "ünï \"q\" \\ </script>", "😀", "\0\u001f\n",
        "日本語テキスト", "abc", "abcd", "abcde", "abcdef",
    ];

    private static readonly double[] Doubles =
        [0, -0.0, 1, -1.5, 0.1, 1e20, 1e-7, 123456789.125, 1.7e125, 9.9e125, 1e-129, 1e-130, double.Pi, int.MaxValue, 1e15, 1e16];

    private static readonly decimal[] Decimals = [0, -0.0m, 1.50m, 100m, 0.0000001m, decimal.MaxValue, decimal.MinValue, 1e-28m, 7.10m];

    private readonly Random _random = new(seed);

    /// <summary>Gets or sets the share of values that DynamoDB or the context rejects.</summary>
    public double Odd { get; set; }

    public Random Random => _random;

    /// <summary>Creates a user, by its constructor and by all its setters.</summary>
    public object Object(Type type, int depth = 0)
    {
        object created = Create(type, depth);
        var names = new HashSet<string>();
        for (Type? declaring = type; declaring is not null; declaring = declaring.BaseType)
        {
            foreach (PropertyInfo property in declaring.GetProperties(Declared))
            {
                if (property.CanWrite && property.GetIndexParameters().Length == 0 && names.Add(property.Name) && property.Name != "Revision" && Chance(0.9))
                    property.SetValue(created, Value(property.PropertyType, depth + 1));
            }
        }

        foreach (FieldInfo field in type.GetFields())
        {
            if (!field.IsStatic)
                field.SetValue(created, Value(field.FieldType, depth + 1));
        }

        return created;
    }

    /// <summary>Creates a value, or null if the type has it.</summary>
    public object? Value(Type type, int depth)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Chance(0.2) ? null : Value(underlying, depth);
        if (!type.IsValueType && Chance(depth >= MaxDepth ? 0.8 : 0.15))
            return null;
        if (type.IsEnum)
            return Chance(Odd) ? Enum.ToObject(type, 77) : Pick(EnumValues(type));
        return Scalar(type) ?? Collection(type, depth) ?? Object(type, depth);
    }

    // The SDK reads enums as int.
    private object[] EnumValues(Type type)
        => [.. Enum.GetValues(type).Cast<object>().Where(value => Chance(Odd) || !(value is Types.Mask.Top or Types.Distance.Far))];

    private bool Chance(double share) => _random.NextDouble() < share;

    private T Pick<T>(params T[] values) => values[_random.Next(values.Length)];

    private object? Scalar(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.String => Chance(Odd) ? "\ud800 lone" : Chance(0.5) ? Pick(Strings) : $"text {_random.Next()}",
        TypeCode.Boolean => Chance(0.5),
        TypeCode.Char => Chance(Odd) ? '\ud800' : Pick('a', 'Z', '0', 'é', '語', '"', '\n', '\0'),
        TypeCode.Single => Chance(Odd) ? Pick(float.NaN, float.PositiveInfinity) : Pick((float)Pick(0d, -0.0, 0.1, 1e-7), float.MaxValue, float.Epsilon, 1.5f),
        TypeCode.Double => Chance(Odd) ? Pick(double.NaN, double.NegativeInfinity, 1e126, 1e-131, double.Epsilon, double.MaxValue) : Pick(Doubles),
        TypeCode.Decimal => Pick(Decimals),
        TypeCode.DateTime => Date(),
        TypeCode.Object => type switch
        {
            _ when type == typeof(Guid) => new Guid(_random.Next(), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
            _ when type == typeof(DateTimeOffset) => Instant(),
            _ when type == typeof(DateOnly) => DateOnly.FromDateTime(Date()),
            _ when type == typeof(TimeOnly) => Pick(TimeOnly.MinValue, TimeOnly.MaxValue, new TimeOnly(_random.NextInt64(TimeSpan.TicksPerDay))),
            _ when type == typeof(byte[]) => Bytes(),
            _ when type == typeof(MemoryStream) => new MemoryStream(Bytes()),
            _ => null,
        },
        _ => Integer(type),
    };

    private object Integer(Type type)
    {
        object min = type.GetField("MinValue")!.GetValue(null)!;
        object max = type.GetField("MaxValue")!.GetValue(null)!;
        return Convert.ChangeType(Pick(min, max, _random.Next(100)), type, CultureInfo.InvariantCulture);
    }

    private byte[] Bytes()
    {
        byte[] bytes = new byte[_random.Next(5)];
        _random.NextBytes(bytes);
        return bytes;
    }

    private DateTime Date() => Pick(
        DateTime.MinValue, DateTime.MaxValue, new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Local), DateTime.UnixEpoch,
        new DateTime(_random.NextInt64(DateTime.MaxValue.Ticks), DateTimeKind.Utc), new DateTime(2026, 3, 4, 5, 6, 7, 890, DateTimeKind.Unspecified));

    private DateTimeOffset Instant() => Pick(
        DateTimeOffset.MinValue, DateTimeOffset.MaxValue, new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.FromHours(5)), DateTimeOffset.UnixEpoch,
        new DateTimeOffset(_random.NextInt64(DateTime.MaxValue.Ticks), TimeSpan.Zero));

    private object? Collection(Type type, int depth)
    {
        int count = depth >= MaxDepth ? _random.Next(2) : _random.Next(4);
        if (type.IsArray)
        {
            var array = Array.CreateInstance(type.GetElementType()!, count);
            for (int i = 0; i < count; i++)
                array.SetValue(Element(type.GetElementType()!, depth), i);
            return array;
        }

        if (!type.IsGenericType || !type.IsAssignableTo(typeof(IEnumerable)))
            return null;
        Type[] arguments = type.GetGenericArguments();
        if (type.Namespace == "UserStore" || type.IsInterface)
            return ValueList.CopyOf(Enumerable.Range(0, count).Select(_ => (string)Element(typeof(string), depth)!));
        object collection = Activator.CreateInstance(type)!;
        for (int i = 0; i < count; i++)
        {
            object? element = Element(arguments[^1], depth);
            if (collection is IDictionary dictionary)
                dictionary[$"{Pick("k", "key", "ü", "\"")}{i}"] = element;
            else
                type.GetMethod("Add", [arguments[0]])!.Invoke(collection, [element]);
        }

        return collection;
    }

    // Most collections refuse null.
    private object? Element(Type type, int depth)
    {
        bool mayBeNull = Nullable.GetUnderlyingType(type) is not null || type.Namespace != "System" || type.IsArray;
        object? element = Value(type, depth + 1);
        while (element is null && !(mayBeNull && type != typeof(byte[])) && !Chance(Odd))
            element = Value(type, depth);
        return element;
    }

    private object Create(Type type, int depth)
    {
        if (type.IsValueType && type.GetConstructors().Length == 0)
            return RuntimeHelpers.GetUninitializedObject(type);
        ConstructorInfo constructor = type.GetConstructors().MaxBy(constructor => constructor.GetParameters().Length)!;
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter => Value(parameter.ParameterType, depth + 1))]);
    }
}
