using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Amazon.DynamoDBv2.DataModel;

namespace UserStore.Modeling;

/// <summary>Creates deep copies of users with code that is compiled once for each type. Immutable values are shared.</summary>
internal static class UserCopier
{
    private const string Rooted = "The SDK also creates and fills collections by reflection, so a trimmed service must root them.";

    private static readonly ConcurrentDictionary<Type, Func<object, object>> Copiers = new();
    private static readonly ConcurrentDictionary<Type, bool> Immutables = new();

    private static readonly MethodInfo Clone = typeof(object).GetMethod("MemberwiseClone", BindingFlags.Instance | BindingFlags.NonPublic)!;
    private static readonly MethodInfo SetField = typeof(FieldInfo).GetMethod(nameof(FieldInfo.SetValue), [typeof(object), typeof(object)])!;
    private static readonly MethodInfo CopyItem = typeof(UserCopier).GetMethod(
        nameof(CopyObject), BindingFlags.Static | BindingFlags.NonPublic)!;

    public static TUser Copy<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(TUser user)
        where TUser : class
        => CopierOf<TUser>.Run(user);

    /// <summary>Copies the value of a property.</summary>
    /// <exception cref="InvalidUserException">The value contains itself.</exception>
    [return: NotNullIfNotNull(nameof(value))]
    internal static object? CopyObject(object? value)
    {
        if (value is null || IsImmutable(value.GetType()))
            return value;
        // An exhausted stack would end the process. Before that, a value has many more than the 32 levels that DynamoDB stores.
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new InvalidUserException("Item", $"contains an object of type {value.GetType().Name} that contains itself, or is nested too deeply");
        return Copiers.GetOrAdd(value.GetType(), CompileUntyped)(value);
    }

    /// <summary>Returns whether values of a type cannot be changed, so that copies share them.</summary>
    internal static bool IsImmutable(Type type) => Immutables.GetOrAdd(type, static type =>
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return IsImmutable(underlying);
        if (type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(Uri) || type == typeof(Version) || type == typeof(UserRevision)
            || typeof(Delegate).IsAssignableFrom(type))
        {
            return true;
        }

        if (type.Namespace == nameof(System) && type.IsValueType && !type.IsGenericType)
            return true;
        return type.IsGenericType
            && (type.GetGenericTypeDefinition() == typeof(ValueList<>) || type.Namespace == "System.Collections.Immutable")
            && type.GetGenericArguments().All(IsImmutable);
    });

    private static Func<object, object> CompileUntyped(Type type)
    {
        if (type == typeof(MemoryStream))
            return static stream => new MemoryStream(((MemoryStream)stream).ToArray());
        if (type.IsArray)
        {
            return IsImmutable(type.GetElementType()!)
                ? static array => ((Array)array).Clone()
                : static array => CopyItems((Array)((Array)array).Clone());
        }

        if (CollectionConstructor(type) is { } constructor)
        {
            return type.GetGenericArguments().All(IsImmutable)
                ? collection => constructor.Invoke([collection])
                : collection => CopyContent(constructor.Invoke([collection]));
        }

        ParameterExpression source = Expression.Parameter(typeof(object), "source");
        return Expression.Lambda<Func<object, object>>(Expression.Convert(CopyMembers(type, source), typeof(object)), source).Compile();
    }

    // Properties are set through their init accessors: the fields behind them are read-only, and set only where there is no accessor.
    [UnconditionalSuppressMessage("Trimming", "IL2067", Justification = "StorableTypes rejects a type whose properties were trimmed.")]
    private static BlockExpression CopyMembers(Type type, Expression source)
    {
        ParameterExpression copy = Expression.Variable(type, "copy");
        List<Expression> steps = [Expression.Assign(copy, Expression.Convert(Expression.Call(source, Clone), type))];
        foreach (PropertyInfo property in StoredMembers.PropertiesOf(type))
        {
            // A property that is neither stored nor has a field of its own is computed from others.
            if (!property.CanRead || IsImmutable(property.PropertyType)
                || (property.IsDefined(typeof(DynamoDBIgnoreAttribute)) && MappedProperty.FieldOf(property) is null))
            {
                continue;
            }

            MemberExpression member = Expression.Property(copy, property);
            MethodCallExpression copied = Expression.Call(CopyItem, Expression.Convert(member, typeof(object)));
            if (property.CanWrite)
                steps.Add(Expression.Assign(member, Expression.Convert(copied, property.PropertyType)));
            else if (MappedProperty.FieldOf(property) is { } field)
                steps.Add(Expression.Call(Expression.Constant(field), SetField, Expression.Convert(copy, typeof(object)), copied));
        }

        steps.Add(copy);
        return Expression.Block(type, [copy], steps);
    }

    // List<T>, HashSet<T>, Dictionary<TKey, TValue>, SortedSet<T> and similar types all have a constructor that copies a sequence.
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = Rooted)]
    private static ConstructorInfo? CollectionConstructor(Type type) => !type.IsGenericType ? null : type
        .GetConstructors()
        .FirstOrDefault(constructor => constructor.GetParameters() is [{ ParameterType: { IsGenericType: true } parameter }]
            && parameter.GetGenericTypeDefinition() is { } definition
            && (definition == typeof(IEnumerable<>) || definition == typeof(IDictionary<,>))
            && parameter.IsAssignableFrom(type));

    // Uses the non-generic interfaces: native code cannot create generic methods at run time.
    private static object CopyContent(object collection)
    {
        switch (collection)
        {
            case IDictionary entries:
                foreach (object key in entries.Keys.Cast<object>().ToArray())
                    entries[key] = CopyObject(entries[key]);
                return collection;
            case IList items:
                return CopyItems(items);
            case IEnumerable items when items.Cast<object?>().Any(item => item is not null && !IsImmutable(item.GetType())):
                return CopySet(collection, [.. items.Cast<object?>().Select(CopyObject)]);
            default:
                return collection;
        }
    }

    private static IList CopyItems(IList items)
    {
        for (int i = 0; i < items.Count; i++)
            items[i] = CopyObject(items[i]);
        return items;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = Rooted)]
    private static object CopySet(object set, object?[] items)
    {
        Type type = set.GetType();
        type.GetMethod("Clear", [])!.Invoke(set, []);
        MethodInfo add = type.GetMethod("Add", type.GetGenericArguments())!;
        foreach (object? item in items)
            add.Invoke(set, [item]);
        return set;
    }

    private static class CopierOf<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>
        where TUser : class
    {
        public static readonly Func<TUser, TUser> Run = Compile();

        private static Func<TUser, TUser> Compile()
        {
            ParameterExpression source = Expression.Parameter(typeof(TUser), "source");
            return Expression.Lambda<Func<TUser, TUser>>(CopyMembers(typeof(TUser), source), source).Compile();
        }
    }
}
