using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;

namespace UserStore.Modeling;

/// <summary>Copies users deeply, by code compiled once for each type. What cannot change is shared.</summary>
internal static class UserCopier
{
    private static readonly ConcurrentDictionary<Type, Func<object, object>> Copiers = new();
    private static readonly ConcurrentDictionary<Type, bool> Immutables = new();

    private static readonly MethodInfo Clone = typeof(object).GetMethod("MemberwiseClone", BindingFlags.Instance | BindingFlags.NonPublic)!;
    private static readonly MethodInfo CopyItem = typeof(UserCopier).GetMethod(
        nameof(CopyObject), BindingFlags.Static | BindingFlags.NonPublic)!;

    public static TUser Copy<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(TUser user)
        where TUser : User
        => CopierOf<TUser>.Run(user);

    /// <summary>Copies a property's value.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    internal static object? CopyObject(object? value)
        => value is null || IsImmutable(value.GetType()) ? value : Copiers.GetOrAdd(value.GetType(), CompileUntyped)(value);

    private static Func<object, object> CompileUntyped(Type type)
    {
        if (type == typeof(MemoryStream))
            return static stream => new MemoryStream(((MemoryStream)stream).ToArray());

        ParameterExpression source = Expression.Parameter(typeof(object), "source");
        Expression copy = type.IsArray ? CopyArray(type, source)
            : CollectionConstructor(type) is { } constructor ? CopyCollection(constructor, source)
            : CopyMembers(type, source);
        return Expression.Lambda<Func<object, object>>(Expression.Convert(copy, typeof(object)), source).Compile();
    }

    // Properties are set through their init accessors: the fields behind them are read-only.
    private static BlockExpression CopyMembers(Type type, Expression source)
    {
        ParameterExpression copy = Expression.Variable(type, "copy");
        List<Expression> steps = [Expression.Assign(copy, Expression.Convert(Expression.Call(source, Clone), type))];
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            if (property is { CanRead: true, CanWrite: true } && property.GetIndexParameters().Length == 0 && !IsImmutable(property.PropertyType))
            {
                MemberExpression member = Expression.Property(copy, property);
                MethodCallExpression copied = Expression.Call(CopyItem, Expression.Convert(member, typeof(object)));
                steps.Add(Expression.Assign(member, Expression.Convert(copied, property.PropertyType)));
            }
        }

        steps.Add(copy);
        return Expression.Block(type, [copy], steps);
    }

    // List<T>, HashSet<T>, Dictionary<TKey, TValue>, SortedSet<T> and their like all have a constructor that copies a sequence.
    private static ConstructorInfo? CollectionConstructor(Type type) => !type.IsGenericType ? null : type
        .GetConstructors()
        .FirstOrDefault(constructor => constructor.GetParameters() is [{ ParameterType: { IsGenericType: true } parameter }]
            && parameter.GetGenericTypeDefinition() is { } definition
            && (definition == typeof(IEnumerable<>) || definition == typeof(IDictionary<,>))
            && parameter.IsAssignableFrom(type));

    private static NewExpression CopyCollection(ConstructorInfo constructor, Expression source)
    {
        Type parameter = constructor.GetParameters()[0].ParameterType;
        bool isDictionary = parameter.GetGenericTypeDefinition() == typeof(IDictionary<,>);
        MethodInfo copyItems = typeof(UserCopier)
            .GetMethod(isDictionary ? nameof(CopyEntries) : nameof(CopyItems), BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(parameter.GetGenericArguments());
        return Expression.New(constructor, Expression.Call(copyItems, Expression.Convert(source, parameter)));
    }

    private static UnaryExpression CopyArray(Type type, Expression source) => Expression.Convert(
        Expression.Call(
            typeof(UserCopier),
            nameof(CopyItems),
            [type.GetElementType()!],
            Expression.Convert(source, typeof(IEnumerable<>).MakeGenericType(type.GetElementType()!))),
        type);

    private static T[] CopyItems<T>(IEnumerable<T> items) => [.. items.Select(item => (T)CopyObject(item)!)];

    private static Dictionary<TKey, TValue> CopyEntries<TKey, TValue>(IDictionary<TKey, TValue> entries)
        where TKey : notnull
        => entries.ToDictionary(entry => entry.Key, entry => (TValue)CopyObject(entry.Value)!);

    private static bool IsImmutable(Type type) => Immutables.GetOrAdd(type, static type =>
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return IsImmutable(underlying);
        if (type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(Uri) || type == typeof(Version)
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

    private static class CopierOf<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>
        where TUser : User
    {
        public static readonly Func<TUser, TUser> Run = Compile();

        private static Func<TUser, TUser> Compile()
        {
            ParameterExpression source = Expression.Parameter(typeof(TUser), "source");
            return Expression.Lambda<Func<TUser, TUser>>(CopyMembers(typeof(TUser), source), source).Compile();
        }
    }
}
