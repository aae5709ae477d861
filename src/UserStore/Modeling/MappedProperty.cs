using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;

namespace UserStore.Modeling;

/// <summary>Represents a mapped property of an annotated type: its name, its attribute in the item, and the conversion of its value.</summary>
internal sealed class MappedProperty
{
    private static readonly InstantConverter Instants = new();

    private readonly PropertyInfo _property;
    private readonly IPropertyConverter? _converter;
    private readonly FieldInfo? _field;
    private readonly Lazy<ScalarKind?> _keyKind;

    public MappedProperty(PropertyInfo property, string attributeName, IPropertyConverter? converter, bool isEpoch = false, bool isEnumMap = false)
    {
        (_property, _converter, IsEpoch, IsEnumMap) = (property, converter, isEpoch, isEnumMap);
        // A property that only a constructor sets.
        _field = property.CanWrite ? null : FieldOf(property);
        (Name, AttributeName) = (property.Name, attributeName);
        _keyKind = new Lazy<ScalarKind?>(FindKeyKind);
        ValueType = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        NumberRange = IsNumber ? StorableTypes.RangeOf(ValueType) : null;
        IsFlattened = property.Has<DynamoDBFlattenAttribute>();
        IsWrittenOnce = Marks<DynamoDbUpdateBehaviorAttribute>().FirstOrDefault()?.Behavior == UpdateBehavior.IfNotExists;
        NeedsMapping = HasOwnConverter
            || (_converter is null && !IsDate && !IsDecimal && !IsInstant && !StorableTypes.KeepsValues(PropertyType));
    }

    public string Name { get; }

    public string AttributeName { get; }

    /// <summary>Gets the type of the property, without <see cref="Nullable{T}"/>.</summary>
    public Type ValueType { get; }

    public Type PropertyType => _property.PropertyType;

    public bool HasConverter => _converter is not null;

    public bool HasOwnConverter => _converter is not null && _converter.GetType().Assembly != typeof(MappedProperty).Assembly;

    /// <summary>Gets a value indicating whether the property can be set, by its accessor or by the field behind it.</summary>
    public bool CanSet => _property.CanWrite || _field is not null;

    /// <summary>Gets a value indicating whether a date is stored as epoch seconds by a setting of the SDK's attributes.</summary>
    public bool IsEpoch { get; }

    /// <summary>Gets a value indicating whether the properties of the structure are stored as attributes of the item itself.</summary>
    public bool IsFlattened { get; }

    /// <summary>Gets a value indicating whether the attribute is written only if the item does not have it.</summary>
    public bool IsWrittenOnce { get; }

    /// <summary>Gets or sets a value indicating whether the values are encrypted, as attributes or options say. Set once, with the model.</summary>
    public bool IsEncrypted { get; set; }

    public bool IsInstantOrDate => ValueType == typeof(DateTimeOffset) || ValueType == typeof(DateTime);

    public bool IsNullableEnum => _converter is null && ValueType.IsEnum && ValueType != PropertyType;

    /// <summary>Gets a value indicating whether a nullable enum is stored as the SDK stores it: as a map, which is not compared.</summary>
    public bool IsEnumMap => field && IsNullableEnum;

    public bool IsBoolean => _converter is null && ValueType == typeof(bool);

    public bool IsNumber => _converter is null && StorableTypes.IsNumeric(ValueType);

    /// <summary>Gets the minimum and maximum of the stored numbers that the property can hold; null if it holds no number.</summary>
    public (StoredNumber Min, StoredNumber Max)? NumberRange { get; }

    /// <summary>Gets a value indicating whether the property is stored as a list, to which items can be appended.</summary>
    public bool IsList => IsCollection && !Implements(typeof(ISet<>)) && !Implements(typeof(IReadOnlySet<>));

    /// <summary>Gets a value indicating whether the property is stored as a set of strings.</summary>
    public bool IsStringSet => _converter is null && ValueType == typeof(HashSet<string>);

    /// <summary>Gets a value indicating whether the property is stored as a list or set.</summary>
    public bool IsCollection => ValueType != typeof(string) && ValueType != typeof(byte[])
        && ValueType.IsAssignableTo(typeof(IEnumerable))
        && !Implements(typeof(IDictionary<,>)) && !Implements(typeof(IReadOnlyDictionary<,>));

    /// <summary>Returns whether the property has an attribute of exactly this type. The attributes of indexes derive from those of tables.</summary>
    public bool IsMarkedBy<TAttribute>()
        where TAttribute : DynamoDBPropertyAttribute
        => Marks<DynamoDBPropertyAttribute>().Any(attribute => attribute.GetType() == typeof(TAttribute));

    /// <summary>Returns the attributes of a type on the property.</summary>
    public IEnumerable<TAttribute> Marks<TAttribute>()
        where TAttribute : Attribute
        => _property.Marks<TAttribute>();

    public object? GetValue(object user) => _property.GetValue(user);

    public void SetValue(object user, object? value)
    {
        if (_field is not null)
            _field.SetValue(user, value);
        else
            _property.SetValue(user, value);
    }

    /// <summary>Gets a value indicating whether a value can differ from the written value when it is read back.</summary>
    public bool IsLossy => IsDate || IsDecimal || IsFraction || IsSet || IsInstant || (_converter is null && ValueType == typeof(TimeOnly));

    /// <summary>Gets a value indicating whether only mapping a value shows how it is read back: structures, collections of values that
    /// conversions change, and converters of the application.</summary>
    public bool NeedsMapping { get; }

    /// <summary>
    /// Returns the value that is read back after a value is written: instants in UTC, dates in UTC and whole milliseconds, decimals without
    /// trailing zeros, zero without a sign, null for an empty set, which DynamoDB cannot store.
    /// </summary>
    public object? AsReadBack(object? value) => value switch
    {
        DateTime date when IsDate => new DateTime(
            WholeUnits(date.ToUniversalTime().Ticks, IsEpoch ? TimeSpan.TicksPerSecond : TimeSpan.TicksPerMillisecond), DateTimeKind.Utc),
        DateTimeOffset instant when IsInstant => (_converter ?? Instants).FromEntry((_converter ?? Instants).ToEntry(instant)),
        TimeOnly time when _converter is null => new TimeOnly(WholeUnits(time.Ticks, TimeSpan.TicksPerMillisecond)),
        0d when IsFraction => 0d,
        0f when IsFraction => 0f,
        decimal number when IsDecimal => number / 1.0000000000000000000000000000m, // the quotient has no trailing zeros
        IEnumerable items when IsSet && !items.Cast<object?>().Any() => null,
        _ => value,
    };

    /// <summary>Returns a time as it is read back: in UTC, and with the precision of its stored form.</summary>
    public object? AsStoredTime(object? time)
        => time is DateTimeOffset instant && _converter is null or InstantConverter ? instant.ToUniversalTime() : AsReadBack(time);

    /// <summary>Creates a list of the property's type.</summary>
    /// <exception cref="InvalidUserException">The items are of another type, or the list cannot be created from items.</exception>
    public object MakeList(IEnumerable items)
    {
        if (PropertyType.IsInstanceOfType(items))
            return items;
        try
        {
            if (StorableTypes.StringLists.Contains(PropertyType))
                return ValueList.CopyOf(items.Cast<string>());
            if (PropertyType.IsArray)
            {
                object?[] copies = [.. items.Cast<object?>()];
                var array = Array.CreateInstanceFromArrayType(PropertyType, copies.Length);
                copies.CopyTo(array, 0);
                return array;
            }

            object list = NewInstanceOf(PropertyType);
            if (list is not IList copy)
                throw new InvalidUserException(Name, "is not a list to which items can be added");
            foreach (object? item in items)
                copy.Add(item);
            return copy;
        }
        catch (Exception mismatch) when (mismatch is ArgumentException or MissingMethodException or InvalidCastException or NotSupportedException)
        {
            throw new InvalidUserException(Name, "cannot be created from the given items", mismatch);
        }
    }

    /// <summary>Returns a date as it is stored by a setting of the SDK's attributes.</summary>
    public static string EpochSeconds(DateTime date)
        => new DateTimeOffset(date.ToUniversalTime()).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>Converts a value to its stored form, as the context does. Returns false for lists, maps and other structures.</summary>
    public bool TryToScalar(object value, out StoredScalar scalar)
    {
        if (IsEpoch && value is DateTime date)
        {
            scalar = new StoredScalar(ScalarKind.Number, EpochSeconds(date));
            return true;
        }

        scalar = default;
        if (IsEnumMap)
            return false;
        if (_converter is null || (_converter is InstantConverter && value is DateTimeOffset))
            return TryToStored(value, out scalar);
        if (_converter is EpochSecondsConverter && value is DateTimeOffset expiry)
        {
            scalar = StoredScalar.OfNumber(expiry.ToUnixTimeSeconds());
            return true;
        }

        return _converter.ToEntry(value) is { } entry && StoredScalar.TryFromEntry(entry, out scalar);
    }

    /// <summary>Returns the stored form of the value that a user has, or null for none and for structures other than sets of strings.</summary>
    public StoredScalar? ScalarOf(object user) => ScalarOfValue(GetValue(user));

    /// <summary>Returns the stored form of a value, or null for none and for structures other than sets of strings.</summary>
    public StoredScalar? ScalarOfValue(object? value) => value switch
    {
        null => null,
        HashSet<string> set when IsStringSet => set.Count == 0 ? null : StoredScalar.OfSet(set),
        _ => TryToScalar(value, out StoredScalar scalar) ? scalar : null,
    };

    /// <summary>Converts a value of this property to its stored form.</summary>
    /// <exception cref="InvalidUserException">The value is of another type, not a single value, or cannot be stored.</exception>
    public StoredScalar ToScalar(object value)
    {
        CheckType(value);
        if (!TryToScalar(value, out StoredScalar scalar))
            throw new InvalidUserException(Name, "is not stored as a string, number or Boolean and cannot be compared");
        return Checked(scalar);
    }

    /// <summary>Throws if a value is of another type than the property.</summary>
    /// <exception cref="InvalidUserException">The value is of another type.</exception>
    public void CheckType(object value)
    {
        if (!ValueType.IsInstanceOfType(value))
            throw new InvalidUserException(Name, $"accepts values of type {ValueType.Name}");
    }

    /// <summary>Returns a value to compare with the property.</summary>
    /// <exception cref="InvalidUserException">DynamoDB rejects the value.</exception>
    public StoredScalar Checked(StoredScalar scalar)
        => scalar.ViolatedRule() is { } rule ? throw new InvalidUserException(Name, rule) : scalar;

    /// <summary>Returns the value that is read back when a number is stored.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "The SDK reads numbers without reflection.")]
    public object FromNumber(StoredNumber number)
        => DynamoDBEntryConversion.V2.ConvertFromEntry(ValueType, new Primitive(number.ToString(), saveAsNumeric: true));

    /// <summary>Returns the value of the property that is stored as a string or number.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "The SDK reads strings, numbers and Guids without reflection.")]
    public object FromScalar(StoredScalar scalar)
        => _converter is null ? DynamoDBEntryConversion.V2.ConvertFromEntry(ValueType, scalar.ToEntry()) : _converter.FromEntry(scalar.ToEntry());

    /// <summary>Returns the type in which the property is stored as a key of an index, or null if it cannot be a key.</summary>
    public ScalarKind? KeyKind() => _keyKind.Value;

    private ScalarKind? FindKeyKind()
    {
        if (ValueType == typeof(string))
            return _converter is null ? ScalarKind.String : KindOf("1");
        return ValueType.IsValueType ? KindOf(NewInstanceOf(ValueType)) : null;
    }

    private ScalarKind? KindOf(object sample)
        => TryToScalar(sample, out StoredScalar scalar) && scalar.Kind != ScalarKind.Boolean ? scalar.Kind : null;

    /// <summary>Converts a value of a type without a converter to its stored form. Returns false for structures.</summary>
    public static bool TryToStored(object value, out StoredScalar scalar)
    {
        // Most values need no conversion of the SDK, whose first one prepares those of all types.
        StoredScalar? common = value switch
        {
            string text => new StoredScalar(ScalarKind.String, text),
            bool flag => new StoredScalar(ScalarKind.Boolean, flag.ToString()),
            DateTimeOffset instant => new StoredScalar(ScalarKind.String, InstantConverter.ToText(instant)),
            int or long or Enum => StoredScalar.OfNumber(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
            _ => null,
        };
        scalar = common ?? default;
        return common is not null || (ToEntry(value) is { } entry && StoredScalar.TryFromEntry(entry, out scalar));
    }

    private static DynamoDBEntry? ToEntry(object value) => value is char or DateTime or DateOnly or TimeOnly or Guid || StorableTypes.IsNumeric(value.GetType())
        ? DynamoDBEntryConversion.V2.ConvertToEntry(value.GetType(), value)
        : null;

    private bool IsDate => _converter is null && ValueType == typeof(DateTime);

    private bool IsInstant => ValueType == typeof(DateTimeOffset) && !HasOwnConverter;

    private bool IsFraction => _converter is null && (ValueType == typeof(double) || ValueType == typeof(float));

    private bool IsDecimal => _converter is null && ValueType == typeof(decimal);

    // Sets of enums are stored as lists.
    private bool IsSet => _converter is null && ValueType.IsGenericType && ValueType.GetGenericTypeDefinition() == typeof(HashSet<>)
        && !ValueType.GetGenericArguments()[0].IsEnum;

    private static long WholeUnits(long ticks, long unit) => ticks - (ticks % unit);

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "The field behind an automatic property is kept with it.")]
    public static FieldInfo? FieldOf(PropertyInfo property) => property.DeclaringType!.GetField(
        $"<{property.Name}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic);

    [UnconditionalSuppressMessage(
        "Trimming", "IL2067", Justification = "A value type needs no constructor; the SDK also creates lists, so a trimmed service must root them.")]
    private static object NewInstanceOf(Type type) => Activator.CreateInstance(type)!;

    [UnconditionalSuppressMessage(
        "Trimming", "IL2075", Justification = "Collections are cast to these interfaces where they are used, which keeps them.")]
    private bool Implements(Type openInterface) => ValueType.GetInterfaces().Append(ValueType)
        .Any(candidate => candidate.IsGenericType && candidate.GetGenericTypeDefinition() == openInterface);
}
